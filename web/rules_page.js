// SPDX-License-Identifier: Apache-2.0
// #/rules: the groups and rules this program evaluates, whether they work and how long they take.
import { alertsHash } from "./alert_card.js";
import { askText } from "./api.js";
import { button, counted, distanceElement, element, errorPlace, link } from "./elements.js";
import { keyedList } from "./keyed_list.js";
import { makeMatcher } from "./matchers.js";
import { poll } from "./polling.js";
import { formatDuration, formatSeconds } from "./times.js";

export const title = "Rules";

function stateOf(rule) {
	return rule.health === "err" ? "failing" : rule.state ?? "";
}

function detailsOf(rule) {
	const parts = rule.type === "recording" ? ["records"] : [];
	if (rule.duration > 0)
		parts.push(`for ${formatDuration(rule.duration * 1000)}`);
	if (rule.keepFiringFor > 0)
		parts.push(`keeps firing for ${formatDuration(rule.keepFiringFor * 1000)}`);
	return parts.join(", ");
}

function evaluated(thing) {
	const when = distanceElement(thing.lastEvaluation);
	return when.tagName === "TIME" ? element("span", { class: "since" }, "evaluated ", when, `, took ${formatSeconds(thing.evaluationTime)}`) : element("span", { class: "since" }, "not evaluated yet");
}

function ruleCard(rule) {
	const name = rule.type === "alerting" ? link(rule.name, alertsHash([makeMatcher("alertname", "=", rule.name)]), { title: "Its alerts" }) : rule.name;
	const state = stateOf(rule);
	return element("li", { class: `card rule is-${state || "record"}` },
		element("div", { class: "head" }, element("h3", null, name), state === "" ? null : element("span", { class: `badge is-${state}` }, state), element("span", { class: "hint" }, detailsOf(rule)), evaluated(rule)),
		rule.lastError === undefined ? null : element("p", { class: "error" }, rule.lastError),
		(rule.warnings ?? []).map(text => element("p", { class: "held" }, text)),
		element("pre", { tabindex: "0", "aria-label": "Expression" }, rule.query));
}

// What most wants to be seen first.
function countStates(rules) {
	const counts = ["failing", "firing", "pending"].map(state => [state, rules.filter(rule => stateOf(rule) === state).length]);
	return counts.filter(([, count]) => count > 0);
}

export function open(main) {
	const error = errorPlace(), unfolded = new Set(), parts = new WeakMap();
	const summary = element("p", { class: "summary", role: "status" }, "…");
	const list = element("ul", { class: "groups" });
	const only = element("input", { type: "search", placeholder: "name, file or expression", oninput: refresh });
	let groups = [];
	main.append(element("h1", null, "Rules"), element("div", { class: "switches" }, labelledSearch()), error.place, summary, list);

	function labelledSearch() {
		return element("label", null, element("span", null, "Search"), only);
	}

	function buildGroup(group) {
		const rules = element("ul", { class: "alerts" }), counts = element("span"), when = element("span", { class: "actions" });
		const toggle = button("", () => { (unfolded.has(group.key) ? unfolded.delete : unfolded.add).call(unfolded, group.key); refresh(); }, { class: "fold" });
		const made = element("li", { class: "group" }, element("div", { class: "head" }, toggle, element("h2", null, group.name), counts, when, element("span", { class: "hint file" }, group.file)), rules);
		parts.set(made, { rules, toggle, counts, when, cards: keyedList({ list: rules, keyOf: rule => rule.key, build: ruleCard, page: 20 }) });
		return made;
	}

	function refreshGroup(made, group) {
		const { rules, toggle, counts, when, cards } = parts.get(made);
		rules.hidden = !(unfolded.has(group.key) || only.value !== "");
		toggle.textContent = counted(group.shown.length, "rule");
		toggle.setAttribute("aria-expanded", String(!rules.hidden));
		counts.replaceChildren(...countStates(group.shown).map(([state, count]) => element("span", { class: `badge is-${state}` }, `${count} ${state}`)));
		when.replaceChildren(evaluated(group));
		cards.show(rules.hidden ? [] : group.shown);
	}

	const shown = keyedList({ list, keyOf: group => group.key, textOf: group => group.key, build: buildGroup, refresh: refreshGroup });

	function fits(group, rule) {
		const wanted = only.value.toLowerCase();
		return [rule.name, rule.query, group.name, group.file].some(text => text.toLowerCase().includes(wanted));
	}

	function refresh() {
		for (const group of groups)
			group.shown = group.rules.filter(rule => fits(group, rule));
		const left = groups.filter(group => group.shown.length > 0);
		const rules = left.flatMap(group => group.shown);
		summary.textContent = groups.length === 0 ? "No rules are evaluated here." : `${counted(rules.length, "rule")} in ${counted(left.length, "group")}${countStates(rules).map(([state, count]) => `, ${count} ${state}`).join("")}`;
		shown.show(left);
	}

	function show(text) {
		groups = JSON.parse(text).data.groups;
		for (const group of groups) {
			group.key = JSON.stringify([group.file, group.name]);
			group.rules.forEach((rule, at) => { rule.key = at; });
		}
		refresh();
	}

	const polling = poll(signal => askText("api/v1/rules?exclude_alerts=true", { signal }), show, error.show);
	return { close: polling.stop };
}
