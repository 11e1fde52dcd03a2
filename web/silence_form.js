// SPDX-License-Identifier: Apache-2.0
// #/silences/new and #/silences/edit/ID: makes or changes a silence, and shows the alerts it is about before it is made.
import { ask, parseMatchers } from "./api.js";
import { button, counted, element, errorPlace, labelled } from "./elements.js";
import { makeMatcher, operatorOf, operators } from "./matchers.js";
import { writeHash } from "./routes.js";
import { alertList, loadAffected } from "./silence_parts.js";
import { formatDuration, parseDuration, readLocal, writeLocal } from "./times.js";

const HOURS = 3600e3;
const DEFAULT_DURATION = 2 * HOURS; // Alertmanager's
const PAUSE = 300; // after the last key, before alerts are asked for
const CREATOR = "defaultCreator"; // where Alertmanager's pages keep it too

export const title = "Silence";

// ---- rows of matchers

function matcherRows(changed) {
	const list = element("div", { class: "rows" });

	function add(matcher) {
		const field = (value, label, more) => element("input", { type: "text", value, "aria-label": label, autocomplete: "off", autocapitalize: "off", spellcheck: "false", oninput: changed, ...more });
		const operator = element("select", { "aria-label": "Operator", onchange: changed }, operators.map(text => element("option", { value: text, selected: text === operatorOf(matcher) }, text)));
		const row = element("div", { class: "row matcher" }, field(matcher.name, "Label", { placeholder: "label" }), operator, field(matcher.value, "Value", { placeholder: "value" }), button("×", remove, { "aria-label": "Remove this matcher" }));
		list.append(row);
		return row;

		function remove() {
			row.remove();
			changed();
		}
	}

	// Rows that say nothing are not there.
	function read() {
		const all = [...list.children].map(row => makeMatcher(row.children[0].value, row.children[1].value, row.children[2].value));
		return all.filter(matcher => matcher.name !== "" || matcher.value !== "");
	}

	const empty = makeMatcher("", "=", "");
	return {
		element: element("div", null, list, button("Add a matcher", () => add(empty).firstChild.focus(), { class: "quiet" })),
		read,
		show: matchers => { list.replaceChildren(); (matchers.length === 0 ? [empty] : matchers).forEach(add); },
	};
}

// ---- start, end and duration: the third follows from the other two

function timeFields() {
	const local = label => element("input", { type: "datetime-local", step: "1", required: true, "aria-label": label });
	const start = local("Start"), end = local("End"), duration = element("input", { type: "text", required: true, "aria-label": "Duration", autocomplete: "off", size: "10" });
	let given = { start: "", end: "" }; // as the fields came: the server's times are finer than theirs

	function takeDuration() {
		const span = parseDuration(duration.value);
		duration.setCustomValidity(span > 0 ? "" : "For example 1h 30m, 2d or 1w");
		if (span > 0 && !Number.isNaN(readLocal(start.value)))
			end.value = writeLocal(readLocal(start.value) + span);
		checkOrder();
	}

	function showDuration() {
		duration.value = formatDuration(readLocal(end.value) - readLocal(start.value));
		duration.setCustomValidity("");
		checkOrder();
	}

	function checkOrder() {
		end.setCustomValidity(readLocal(end.value) <= readLocal(start.value) ? "The end comes after the start" : "");
	}

	start.addEventListener("input", takeDuration);
	end.addEventListener("input", showDuration);
	duration.addEventListener("input", takeDuration);

	const exact = (field, before) => (field.value === before.text ? before.at : readLocal(field.value));

	function show(startsAt, endsAt) {
		start.value = writeLocal(startsAt);
		end.value = writeLocal(endsAt);
		given = { start: { text: start.value, at: startsAt }, end: { text: end.value, at: endsAt } };
		showDuration();
	}

	function read() {
		return { startsAt: new Date(exact(start, given.start)).toISOString(), endsAt: new Date(exact(end, given.end)).toISOString() };
	}

	return { element: element("div", { class: "row times" }, labelled("Start", start), labelled("Duration", duration), labelled("End", end)), show, read };
}

// ---- the page

export function open(main, route) {
	const error = errorPlace(), previewError = errorPlace();
	const matchers = matcherRows(previewSoon), times = timeFields(), alerts = alertList();
	const creator = element("input", { type: "text", required: true, autocomplete: "name" });
	const comment = element("textarea", { required: true, rows: "3" });
	const affected = element("h2", { role: "status" }, "Alerts it is about");
	const submit = element("button", { class: "strong" }, route.id === null ? "Create" : "Save");
	let before = null, isFilled = false, asking = null, timer = 0;

	main.append(element("h1", null, route.id === null ? "New silence" : "Edit silence"),
		element("form", { class: "card form", onsubmit: send }, element("fieldset", null, element("legend", null, "Alerts with labels"), matchers.element), times.element,
			labelled("Created by", creator), labelled("Comment", comment), error.place, element("div", { class: "actions" }, submit)),
		affected, previewError.place, alerts.element);

	function previewSoon() {
		clearTimeout(timer);
		timer = setTimeout(preview, PAUSE);
	}

	async function preview() {
		const wanted = matchers.read();
		asking?.abort();
		const mine = asking = new AbortController();
		try {
			const found = wanted.length === 0 ? null : await loadAffected(wanted, mine.signal);
			showPreview(found);
			previewError.show(null);
		} catch (refusal) {
			if (mine.signal.aborted)
				return;
			showPreview(null);
			previewError.show(refusal);
		}
	}

	function showPreview(found) {
		const count = found?.length ?? 0;
		affected.textContent = found === null ? "Alerts it is about" : count === 0 ? "It is about no alert that fires now" : `It is about ${counted(count, "alert")} that ${count === 1 ? "fires" : "fire"} now`;
		alerts.show(found ?? []);
	}

	async function send(event) {
		event.preventDefault();
		submit.disabled = true;
		try {
			const body = { ...(before === null ? {} : { id: before.id, annotations: before.annotations }), matchers: matchers.read(), ...times.read(), createdBy: creator.value, comment: comment.value };
			const { silenceID } = await ask("api/v2/silences", { method: "POST", body });
			localStorage.setItem(CREATOR, creator.value);
			location.hash = writeHash(`/silences/${silenceID}`);
		} catch (refusal) {
			error.show(refusal);
		} finally {
			submit.disabled = false;
		}
	}

	async function begin() {
		const { parameters } = route;
		matchers.show([]);
		times.show(Date.now(), Date.now() + DEFAULT_DURATION);
		creator.value = parameters.createdBy ?? localStorage.getItem(CREATOR) ?? "";
		comment.value = parameters.comment ?? "";
		if (route.id === null) {
			matchers.show(await parseMatchers(parameters.filter ?? ""));
		} else {
			before = await ask(`api/v2/silence/${encodeURIComponent(route.id)}`);
			matchers.show(before.matchers);
			times.show(Date.parse(before.startsAt), Date.parse(before.endsAt));
			[creator.value, comment.value] = [before.createdBy, before.comment];
		}
	}

	async function fill() {
		error.show(null);
		try {
			if (!isFilled)
				await begin();
			isFilled = true;
			await preview();
		} catch (refusal) {
			error.show(refusal);
		}
	}

	fill();
	return { retry: fill, close: () => { clearTimeout(timer); asking?.abort(); } };
}
