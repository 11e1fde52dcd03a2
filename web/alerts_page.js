// SPDX-License-Identifier: Apache-2.0
// #/alerts: what fires, filtered and grouped as the address says, kept up to date.
import { silenceHash } from "./alert_card.js";
import { groupList, nameGroups, regroup } from "./alert_groups.js";
import { ask, askText, pathOf } from "./api.js";
import { counted, element, errorPlace, labelled, link } from "./elements.js";
import { filterBar } from "./filter_bar.js";
import { escapeRegex, writeMatcher } from "./matchers.js";
import { poll } from "./polling.js";
import { readSwitch, writeHash } from "./routes.js";

const switches = [["active", "Active", true], ["silenced", "Silenced", false], ["inhibited", "Inhibited", false], ["muted", "Muted", false]];

export const title = "Alerts";

function namesIn(text) {
	return text.split(",").map(name => name.trim()).filter(name => name !== "");
}

// null: as they are told.
function groupNames(parameters) {
	return parameters.customGrouping === undefined ? null : namesIn(parameters.group ?? "alertname");
}

// ---- the fields above the list; `change(parameters)` gets what is to be otherwise in the address

function receiverField(change) {
	const field = element("select", { id: "receiver", onchange: () => change({ receiver: field.value === "" ? undefined : field.value }) });
	let receivers = [];

	// One that is no name of a receiver is a regular expression of somebody's.
	function show(parameters) {
		const wanted = parameters.receiver ?? "";
		const options = [["", "all"], ...receivers.map(each => [escapeRegex(each.name), each.name])];
		if (!options.some(([value]) => value === wanted))
			options.push([wanted, wanted]);
		field.replaceChildren(...options.map(([value, text]) => element("option", { value }, text)));
		field.value = wanted;
	}

	async function load() {
		receivers = await ask("api/v2/receivers");
	}

	return { field, show, load };
}

function groupingFields(change) {
	const kinds = [["told", "as they are told"], ["labels", "by labels"], ["none", "in one list"]];
	const kind = element("select", { id: "grouping", onchange: choose }, kinds.map(([value, text]) => element("option", { value }, text)));
	const names = element("input", { type: "text", placeholder: "alertname, cluster", "aria-label": "Labels to group by", spellcheck: "false", autocapitalize: "off", onchange: () => group(names.value) });

	function choose() {
		if (kind.value === "told")
			change({ customGrouping: undefined, group: undefined });
		else
			group(kind.value === "none" ? "" : names.value || "alertname");
	}

	function group(text) {
		change({ customGrouping: "true", group: namesIn(text).join(",") });
	}

	function show(parameters) {
		const wanted = groupNames(parameters);
		kind.value = wanted === null ? "told" : wanted.length === 0 ? "none" : "labels";
		names.hidden = kind.value !== "labels";
		names.value = (wanted ?? []).join(", ");
	}

	return { elements: [labelled("Group", kind), names], show };
}

function fieldRow(change) {
	const receiver = receiverField(change), grouping = groupingFields(change);
	const boxes = switches.map(([name]) => element("input", { type: "checkbox", onchange: event => change({ [name]: String(event.target.checked) }) }));
	const made = element("div", { class: "switches" }, labelled("Receiver", receiver.field),
		element("fieldset", null, element("legend", null, "Show"), switches.map(([, text], at) => element("label", { class: "box" }, boxes[at], text))),
		grouping.elements);

	function show(parameters) {
		receiver.show(parameters);
		grouping.show(parameters);
		for (const [at, [name, , byDefault]] of switches.entries())
			boxes[at].checked = readSwitch(parameters, name, byDefault);
	}

	return { element: made, show, load: receiver.load };
}

// ---- the page

export function open(main, first) {
	let route = first;
	const error = errorPlace(), fields = fieldRow(change);
	const filter = filterBar(text => change({ filter: text === "" ? undefined : text }));
	const groups = groupList(filter.choose);
	const summary = element("p", { class: "summary", role: "status" }, "…");
	const silence = link("Silence these", "#/silences/new", { hidden: true });
	main.append(element("h1", null, "Alerts"), filter.element, fields.element, error.place, element("div", { class: "bar" }, summary, silence, groups.fold), groups.element);

	function change(parameters) {
		location.hash = writeHash("/alerts", { ...route.parameters, ...parameters });
	}

	async function load(signal) {
		const { parameters } = route, { filter: text = "" } = parameters;
		silence.hidden ||= !filter.isShown(text); // it is not known yet which these are
		const matchers = await filter.show(text, signal);
		silence.hidden = matchers.length === 0;
		silence.href = silenceHash(matchers);
		const asked = Object.fromEntries(switches.map(([name, , byDefault]) => [name, String(readSwitch(parameters, name, byDefault))]));
		return askText(pathOf("api/v2/alerts/groups", { filter: matchers.map(writeMatcher), ...asked, receiver: parameters.receiver || undefined }), { signal });
	}

	function show(text) {
		const told = JSON.parse(text), names = groupNames(route.parameters);
		const wanted = nameGroups(names === null ? told : regroup(told, names));
		const count = groups.show(wanted);
		summary.textContent = count === 0 ? "No alerts to show." : `${counted(count, "alert")} in ${counted(wanted.length, "group")}`;
	}

	function fail(refusal) {
		error.show(refusal);
		if (refusal === null || refusal.status === 0)
			return; // what was there a moment ago is better than nothing
		groups.show([]);
		summary.textContent = "";
	}

	fields.show(route.parameters);
	fields.load().then(() => fields.show(route.parameters), () => {}); // the alerts' error tells of it
	const polling = poll(load, show, fail);

	return {
		close: polling.stop,
		update(next) {
			route = next;
			fields.show(route.parameters);
			polling.now();
		},
	};
}
