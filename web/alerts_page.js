// SPDX-License-Identifier: Apache-2.0
// #/alerts: what fires, by the groups it is told in or by labels of one's own, kept up to date.
import { alertCard, alertText, labelChips, silenceHash } from "./alert_card.js";
import { ask, askText, pathOf } from "./api.js";
import { button, counted, element, errorPlace, labelled, link } from "./elements.js";
import { filterBar } from "./filter_bar.js";
import { keyedList } from "./keyed_list.js";
import { escapeRegex, matchersOf, writeMatcher, writeMatchers } from "./matchers.js";
import { poll } from "./polling.js";
import { readSwitch, writeHash } from "./routes.js";

const FEW = 20; // so many alerts are shown unfolded, and in a group at a time
const switches = [["active", "Active", true], ["silenced", "Silenced", false], ["inhibited", "Inhibited", false], ["muted", "Muted", false]];

export const title = "Alerts";

// ---- groups

function groupNames(parameters) {
	return (parameters.group ?? "alertname").split(",").map(name => name.trim()).filter(name => name !== "");
}

// All alerts, each once, by these labels. An alert is in a group for each receiver.
export function regroup(groups, names) {
	const found = new Map(), seen = new Set();
	for (const alert of groups.flatMap(group => group.alerts)) {
		if (seen.has(alert.fingerprint))
			continue;
		seen.add(alert.fingerprint);
		const labels = Object.fromEntries(names.filter(name => Object.hasOwn(alert.labels, name)).map(name => [name, alert.labels[name]]));
		const key = JSON.stringify(Object.entries(labels));
		if (!found.has(key))
			found.set(key, { labels, routeLabels: {}, receiver: null, alerts: [] });
		found.get(key).alerts.push(alert);
	}
	return [...found.keys()].sort().map(key => found.get(key));
}

// Two routes may have groups that look the same: they get numbers.
export function nameGroups(groups) {
	const counts = new Map();
	for (const group of groups) {
		const name = JSON.stringify([group.receiver, group.labels, group.routeLabels]);
		counts.set(name, (counts.get(name) ?? 0) + 1);
		group.key = `${counts.get(name)} ${name}`;
	}
	return groups;
}

// ---- the page

export function open(main, first) {
	let route = first, matchers = [], filterText, receivers = [], groups = [], byFingerprint = new Map(), unfoldsAll = null;
	const unfolded = new Map(); // what somebody chose, by group
	const parts = new WeakMap(); // of a group's element
	const error = errorPlace();
	const filter = filterBar(text => change({ filter: text === "" ? undefined : text }));
	const receiver = element("select", { id: "receiver", onchange: () => change({ receiver: receiver.value === "" ? undefined : receiver.value }) });
	const boxes = switches.map(([name]) => element("input", { type: "checkbox", onchange: event => change({ [name]: String(event.target.checked) }) }));
	const grouping = element("select", { id: "grouping", onchange: chooseGrouping }, element("option", { value: "told" }, "as they are told"), element("option", { value: "labels" }, "by labels"), element("option", { value: "none" }, "in one list"));
	const names = element("input", { type: "text", placeholder: "alertname, cluster", "aria-label": "Labels to group by", spellcheck: "false", autocapitalize: "off", onchange: () => group(names.value) });
	const summary = element("p", { class: "summary", role: "status" }, "…");
	const fold = button("Unfold all", () => foldAll(!isAnyUnfolded()), { class: "quiet" });
	const silence = link("Silence these", "#/silences/new", { hidden: true });
	const list = element("ul", { class: "groups" });

	main.append(element("h1", null, "Alerts"), filter.element,
		element("div", { class: "switches" }, labelled("Receiver", receiver),
			element("fieldset", null, element("legend", null, "Show"), switches.map(([, text], at) => element("label", { class: "box" }, boxes[at], text))),
			labelled("Group", grouping), names),
		error.place, element("div", { class: "bar" }, summary, silence, fold), list);

	// ---- what is asked for

	function change(parameters) {
		location.hash = writeHash("/alerts", { ...route.parameters, ...parameters });
	}

	function chooseGrouping() {
		if (grouping.value === "told")
			change({ customGrouping: undefined, group: undefined });
		else
			group(grouping.value === "none" ? "" : names.value || "alertname");
	}

	function group(text) {
		change({ customGrouping: "true", group: text.split(",").map(name => name.trim()).filter(name => name !== "").join(",") });
	}

	function choose(matcher) {
		if (!matchers.some(known => writeMatcher(known) === writeMatcher(matcher)))
			change({ filter: writeMatchers([...matchers, matcher]) });
	}

	async function load(signal) {
		const { parameters } = route;
		if (filterText !== parameters.filter) {
			matchers = [];
			matchers = await filter.show(parameters.filter ?? "", signal);
			filterText = parameters.filter;
		}
		silence.hidden = matchers.length === 0;
		silence.href = silenceHash(matchers);
		const asked = Object.fromEntries(switches.map(([name, , byDefault]) => [name, String(readSwitch(parameters, name, byDefault))]));
		return askText(pathOf("api/v2/alerts/groups", { filter: matchers.map(writeMatcher), ...asked, receiver: parameters.receiver || undefined }), { signal });
	}

	// ---- what is shown

	function isUnfolded(shown) {
		return unfolded.get(shown.key) ?? unfoldsAll ?? (groups.length === 1 || countAlerts() <= FEW);
	}

	function isAnyUnfolded() {
		return groups.some(isUnfolded);
	}

	function countAlerts() {
		return groups.reduce((sum, shown) => sum + shown.alerts.length, 0);
	}

	function foldAll(unfolds) {
		unfolded.clear();
		unfoldsAll = unfolds;
		refresh();
	}

	function buildGroup(shown) {
		const alerts = element("ul", { class: "alerts" });
		const toggle = button("", () => { unfolded.set(shown.key, alerts.hidden); refresh(); }, { class: "fold" });
		const cards = keyedList({ list: alerts, keyOf: alert => alert.fingerprint, textOf: alertText, page: FEW,
			build: alert => alertCard(alert, { choose, hidden: shown.labels, find: fingerprint => byFingerprint.get(fingerprint) }) });
		const labels = Object.keys(shown.labels).length === 0 ? element("span", { class: "hint" }, "not grouped") : labelChips(shown.labels, choose);
		const own = Object.keys(shown.routeLabels).length === 0 ? null : labelChips(shown.routeLabels, null);
		const made = element("li", { class: "group" },
			element("div", { class: "head" }, toggle, labels, own,
				element("span", { class: "actions" }, shown.receiver === null ? null : element("span", { class: "hint" }, `to ${shown.receiver.name}`), link("Silence", silenceHash(matchersOf(shown.labels)), { title: "Silence this group", hidden: Object.keys(shown.labels).length === 0 }))),
			alerts);
		parts.set(made, { toggle, alerts, cards });
		return made;
	}

	function refreshGroup(made, shown) {
		const { toggle, alerts, cards } = parts.get(made);
		const text = counted(shown.alerts.length, "alert");
		alerts.hidden = !isUnfolded(shown);
		if (toggle.textContent !== text)
			toggle.textContent = text;
		toggle.setAttribute("aria-expanded", String(!alerts.hidden));
		cards.show(alerts.hidden ? [] : shown.alerts);
	}

	const shownGroups = keyedList({ list, keyOf: shown => shown.key, textOf: shown => shown.key, build: buildGroup, refresh: refreshGroup });

	function refresh() {
		const count = new Set(groups.flatMap(shown => shown.alerts.map(alert => alert.fingerprint))).size;
		summary.textContent = count === 0 ? "No alerts: nothing here fires." : `${counted(count, "alert")} in ${counted(groups.length, "group")}`;
		fold.hidden = groups.length === 0;
		fold.textContent = isAnyUnfolded() ? "Fold all" : "Unfold all";
		shownGroups.show(groups);
	}

	function show(text) {
		const told = JSON.parse(text);
		byFingerprint = new Map(told.flatMap(shown => shown.alerts).map(alert => [alert.fingerprint, alert]));
		groups = nameGroups(route.parameters.customGrouping === undefined ? told : regroup(told, groupNames(route.parameters)));
		refresh();
	}

	function fail(refusal) {
		error.show(refusal);
		if (refusal === null || refusal.status === 0)
			return; // what was there a moment ago is better than nothing
		groups = [];
		refresh();
		summary.textContent = "";
	}

	// ---- the fields above

	function showFields() {
		const { parameters } = route;
		for (const [at, [name, , byDefault]] of switches.entries())
			boxes[at].checked = readSwitch(parameters, name, byDefault);
		const labels = groupNames(parameters);
		grouping.value = parameters.customGrouping === undefined ? "told" : labels.length === 0 ? "none" : "labels";
		names.hidden = grouping.value !== "labels";
		names.value = labels.join(", ");
		showReceiver();
	}

	function showReceiver() {
		const wanted = route.parameters.receiver ?? "";
		const options = [["", "all"], ...receivers.map(each => [escapeRegex(each.name), each.name])];
		if (!options.some(([value]) => value === wanted))
			options.push([wanted, wanted]);
		receiver.replaceChildren(...options.map(([value, text]) => element("option", { value }, text)));
		receiver.value = wanted;
	}

	async function loadReceivers() {
		receivers = await ask("api/v2/receivers");
		showReceiver();
	}

	showFields();
	loadReceivers().catch(() => {}); // the alerts' error tells of it
	const polling = poll(load, show, fail);

	return {
		close: polling.stop,
		update(next) {
			route = next;
			showFields();
			polling.now();
		},
	};
}
