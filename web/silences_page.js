// SPDX-License-Identifier: Apache-2.0
// #/silences: those that are, will be and were, in the order the server has them.
import { askText, pathOf } from "./api.js";
import { distanceElement, element, errorPlace, link, markCurrent } from "./elements.js";
import { filterBar } from "./filter_bar.js";
import { keyedList } from "./keyed_list.js";
import { writeMatcher } from "./matchers.js";
import { poll } from "./polling.js";
import { writeHash } from "./routes.js";
import { matcherChips, silenceActions } from "./silence_parts.js";

const states = [["active", "Active"], ["pending", "Pending"], ["expired", "Expired"]];

export const title = "Silences";

function timesOf(silence) {
	if (silence.status.state === "pending")
		return ["begins ", distanceElement(silence.startsAt)];
	return [silence.status.state === "active" ? "ends " : "ended ", distanceElement(silence.endsAt)];
}

function silenceCard(silence, done, fail) {
	return element("li", { class: `card silence is-${silence.status.state}` },
		element("div", { class: "head" }, matcherChips(silence.matchers), element("span", { class: "since" }, timesOf(silence)),
			element("span", { class: "actions" }, link("View", writeHash(`/silences/${silence.id}`)), silenceActions(silence, done, fail))),
		element("p", null, silence.comment, element("span", { class: "hint" }, ` — ${silence.createdBy}`)));
}

function stateWanted(parameters) {
	return states.some(([name]) => name === parameters.state) ? parameters.state : "active";
}

function stateTabs() {
	const tabs = states.map(() => link("", "#/silences"));

	function show(silences, parameters) {
		for (const [at, [name, text]] of states.entries()) {
			tabs[at].textContent = `${text} ${silences.filter(silence => silence.status.state === name).length}`;
			tabs[at].href = writeHash("/silences", { ...parameters, state: name });
			markCurrent(tabs[at], name === stateWanted(parameters));
		}
	}

	return { element: element("nav", { class: "tabs", "aria-label": "States of silences" }, tabs), show };
}

export function open(main, first) {
	let route = first, silences = [];
	const error = errorPlace(), refusal = errorPlace();
	const filter = filterBar(text => change({ filter: text === "" ? undefined : text }));
	const tabs = stateTabs();
	const summary = element("p", { class: "summary", role: "status" }, "…");
	const list = element("ul", { class: "silences" });
	const shown = keyedList({ list, keyOf: silence => silence.id, build: silence => silenceCard(silence, () => { refusal.show(null); polling.now(); }, refusal.show) });

	main.append(element("div", { class: "title" }, element("h1", null, "Silences"), link("New silence", "#/silences/new", { class: "button strong" })), filter.element, tabs.element, error.place, refusal.place, summary, list);

	function change(parameters) {
		location.hash = writeHash("/silences", { ...route.parameters, ...parameters });
	}

	function filterText() {
		return route.parameters.filter ?? "";
	}

	async function load(signal) {
		const matchers = await filter.show(filterText(), signal);
		return askText(pathOf("api/v2/silences", { filter: matchers.map(writeMatcher) }), { signal });
	}

	function refresh() {
		const state = stateWanted(route.parameters), wanted = silences.filter(silence => silence.status.state === state);
		tabs.show(silences, route.parameters);
		summary.textContent = wanted.length === 0 ? `No ${state} silences.` : "";
		summary.hidden = wanted.length > 0;
		shown.show(wanted);
	}

	function show(text) {
		silences = JSON.parse(text);
		refresh();
	}

	function fail(problem) {
		error.show(problem);
		if (problem === null || problem.status === 0)
			return;
		silences = [];
		refresh();
		summary.textContent = "";
	}

	const polling = poll(load, show, fail);
	return {
		close: polling.stop,
		update(next) {
			route = next;
			if (filter.isShown(filterText()))
				refresh();
			polling.now();
		},
	};
}
