// SPDX-License-Identifier: Apache-2.0
// What the pages about silences share: their matchers, the alerts they hold back, and what can be done with one.
import { alertCard, alertText, silenceHash } from "./alert_card.js";
import { ask, pathOf } from "./api.js";
import { button, confirmed, element, link } from "./elements.js";
import { keyedList } from "./keyed_list.js";
import { writeMatcher } from "./matchers.js";
import { writeHash } from "./routes.js";

export function matcherChips(matchers) {
	return element("ul", { class: "chips" }, matchers.map(matcher => element("li", { class: "chip" }, element("code", null, writeMatcher(matcher)))));
}

// Alerts that fit, told or not.
export async function loadAffected(matchers, signal) {
	return ask(pathOf("api/v2/alerts", { filter: matchers.map(writeMatcher), active: "true", silenced: "true", inhibited: "true", muted: "true" }), { signal });
}

export function alertList() {
	const list = element("ul", { class: "alerts" });
	return { element: list, ...keyedList({ list, keyOf: alert => alert.fingerprint, textOf: alertText, build: alert => alertCard(alert), page: 20 }) };
}

async function expire(silence, done, fail) {
	if (!await confirmed("Expire this silence now? What it holds back is told.", "Expire it"))
		return;
	try {
		await ask(`api/v2/silence/${encodeURIComponent(silence.id)}`, { method: "DELETE" });
		done();
	} catch (refusal) {
		fail(refusal);
	}
}

// `done()` after it has ended, `fail(error)` when the server would not.
export function silenceActions(silence, done, fail) {
	const again = silenceHash(silence.matchers, silence.comment);
	if (silence.status.state === "expired")
		return [link("Recreate", again)];
	return [link("Edit", writeHash(`/silences/edit/${silence.id}`)), link("Copy", again, { title: "A new one like this" }), button("Expire", () => expire(silence, done, fail), { class: "danger" })];
}
