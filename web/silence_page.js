// SPDX-License-Identifier: Apache-2.0
// #/silences/ID: all there is to say of one silence, and the alerts that fit it.
import { annotationList } from "./alert_card.js";
import { askText } from "./api.js";
import { counted, distanceElement, element, errorPlace, timeElement } from "./elements.js";
import { poll } from "./polling.js";
import { alertList, loadAffected, matcherChips, silenceActions } from "./silence_parts.js";

export const title = "Silence";

export function open(main, route) {
	const error = errorPlace(), refusal = errorPlace();
	let known = null; // the silence that is shown
	const body = element("div"), affected = element("h2", { "aria-live": "polite" }), alerts = alertList();
	main.append(element("h1", null, "Silence"), error.place, refusal.place, body, affected, alerts.element);

	const row = (name, ...values) => [element("dt", null, name), element("dd", null, values)];
	const time = text => [timeElement(text), " (", distanceElement(text), ")"];

	function showSilence(silence) {
		body.replaceChildren(element("div", { class: `card silence is-${silence.status.state}` },
			element("div", { class: "head" }, matcherChips(silence.matchers), element("span", { class: "actions" }, silenceActions(silence, () => { refusal.show(null); polling.now(); }, refusal.show))),
			element("dl", { class: "facts" }, row("State", silence.status.state), row("Starts", time(silence.startsAt)), row("Ends", time(silence.endsAt)), row("Changed", time(silence.updatedAt)),
				row("Created by", silence.createdBy), row("Comment", silence.comment), row("ID", element("code", null, silence.id)),
				Object.keys(silence.annotations ?? {}).length === 0 ? [] : row("Annotations", annotationList(silence.annotations)))));
	}

	function show(text) {
		const { silence, fitting } = JSON.parse(text);
		if (JSON.stringify(silence) !== known)
			showSilence(silence);
		known = JSON.stringify(silence);
		affected.textContent = `${counted(fitting.length, "alert")} ${fitting.length === 1 ? "fits" : "fit"}`;
		alerts.show(fitting);
	}

	async function load(signal) {
		const silence = JSON.parse(await askText(`api/v2/silence/${encodeURIComponent(route.id)}`, { signal }));
		return JSON.stringify({ silence, fitting: await loadAffected(silence.matchers, signal) });
	}

	const polling = poll(load, show, error.show);
	return { close: polling.stop };
}
