// SPDX-License-Identifier: Apache-2.0
// One alert as /api/v2/alerts has it: what it is, since when, what holds it back, and what can be done about it.
import { distanceElement, element, isWebAddress, link, linkedText, outwardLink } from "./elements.js";
import { makeMatcher, matchersOf, sortedLabels, writeMatcher, writeMatchers } from "./matchers.js";
import { writeHash } from "./routes.js";

// What people write in the label, the worst first.
const severities = {
	critical: ["critical", "page", "error", "fatal", "emergency", "alert", "major", "high", "p1", "sev1"],
	warning: ["warning", "warn", "minor", "medium", "p2", "sev2"],
	info: ["info", "information", "informational", "notice", "low", "none", "debug", "p3", "p4", "sev3"],
};

function severityOf(labels) {
	const given = (labels.severity ?? "").toLowerCase();
	return Object.keys(severities).find(name => severities[name].includes(given)) ?? "none";
}

export function worstSeverity(alerts) {
	const found = new Set(alerts.map(alert => severityOf(alert.labels)));
	return Object.keys(severities).find(name => found.has(name)) ?? "none";
}

export function silenceHash(matchers, comment) {
	return writeHash("/silences/new", { filter: writeMatchers(matchers), comment });
}

export function alertsHash(matchers) {
	return writeHash("/alerts", { filter: writeMatchers(matchers) });
}

// `choose(matcher)` is what a click on one does; null: they are not to be clicked.
export function labelChips(labels, choose) {
	const chip = ([name, value]) => {
		const text = writeMatcher(makeMatcher(name, "=", value));
		const parts = [element("span", { class: "name" }, name), "=", element("span", { class: "value" }, value)];
		if (choose === null)
			return element("li", { class: "chip" }, parts);
		return element("li", null, element("button", { type: "button", class: "chip", title: `Filter by ${text}`, onclick: () => choose(makeMatcher(name, "=", value)) }, parts));
	};
	return element("ul", { class: "chips" }, sortedLabels(labels).map(chip));
}

export function annotationList(annotations) {
	const entries = Object.entries(annotations ?? {}).sort(([a], [b]) => (b === "summary") - (a === "summary"));
	if (entries.length === 0)
		return null;
	return element("dl", { class: "annotations" }, entries.map(([name, text]) => [element("dt", null, name), element("dd", null, linkedText(text))]));
}

// `find(fingerprint)` is another alert, or undefined.
function inhibitorText(fingerprint, find) {
	const other = find(fingerprint);
	return other === undefined ? element("span", { title: fingerprint }, "another alert") : link(other.labels.alertname ?? fingerprint, alertsHash(matchersOf(other.labels)));
}

function heldBack(status, find) {
	const rows = [
		["Silenced by", status.silencedBy.map(id => link(id.slice(0, 8), writeHash(`/silences/${id}`), { title: `Silence ${id}` }))],
		["Inhibited by", status.inhibitedBy.map(fingerprint => inhibitorText(fingerprint, find))],
		["Muted by", (status.mutedBy ?? []).map(name => element("span", null, name))],
	];
	return rows.filter(([, items]) => items.length > 0).map(([what, items]) => element("p", { class: "held" }, `${what} `, items.map((item, at) => (at === 0 ? item : [", ", item]))));
}

// What of it is shown: an element stays as it is while this does.
export function alertText(alert) {
	return JSON.stringify([alert.labels, alert.annotations, alert.startsAt, alert.generatorURL, alert.status]);
}

// `hidden` are labels that stand above it already. Without `choose` it is shown and no more.
export function alertCard(alert, { choose = null, hidden = {}, find = () => undefined } = {}) {
	const labels = Object.fromEntries(Object.entries(alert.labels).filter(([name]) => name !== "alertname" && !Object.hasOwn(hidden, name)));
	const matchers = matchersOf(alert.labels);
	const held = heldBack(alert.status, find);
	const source = isWebAddress(alert.generatorURL ?? "") ? outwardLink("Source", alert.generatorURL) : null;
	return element("li", { class: `card alert severity-${severityOf(alert.labels)}${held.length > 0 ? " is-held" : ""}` },
		element("div", { class: "head" },
			element("h3", null, alert.labels.alertname ?? "(no name)"),
			element("span", { class: "since" }, distanceElement(alert.startsAt)),
			element("span", { class: "actions" }, choose === null ? null : link("Silence", silenceHash(matchers)), source, link("Link", alertsHash(matchers), { title: "This alert alone" }))),
		held, annotationList(alert.annotations), labelChips(labels, choose));
}
