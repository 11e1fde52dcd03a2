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

// ---- the alerts it is about

// `read()` gives the matchers. Returns elements, now() and soon(), which wait for the last key, and stop().
function preview(read) {
	const error = errorPlace(), alerts = alertList();
	const heading = element("h2", { role: "status" });
	let asking = null, timer = 0;

	function show(found) {
		const count = found?.length ?? 0;
		heading.textContent = found === null ? "Alerts it is about" : count === 0 ? "It is about no alert that fires now" : `It is about ${counted(count, "alert")} that ${count === 1 ? "fires" : "fire"} now`;
		alerts.show(found ?? []);
	}

	async function now() {
		const wanted = read();
		asking?.abort();
		const mine = asking = new AbortController();
		try {
			show(wanted.length === 0 ? null : await loadAffected(wanted, mine.signal));
			error.show(null);
		} catch (refusal) {
			if (mine.signal.aborted)
				return;
			show(null);
			error.show(refusal);
		}
	}

	function soon() {
		clearTimeout(timer);
		timer = setTimeout(now, PAUSE);
	}

	function stop() {
		clearTimeout(timer);
		asking?.abort();
	}

	show(null);
	return { elements: [heading, error.place, alerts.element], now, soon, stop };
}

// ---- the page

export function open(main, route) {
	const error = errorPlace(), matchers = matcherRows(() => affected.soon()), affected = preview(matchers.read), times = timeFields();
	const creator = element("input", { type: "text", required: true, autocomplete: "name" });
	const comment = element("textarea", { required: true, rows: "3" });
	const submit = element("button", { class: "strong" }, route.id === null ? "Create" : "Save");
	let before = null, isFilled = false; // before: the silence that is changed

	main.append(element("h1", null, route.id === null ? "New silence" : "Edit silence"),
		element("form", { class: "card form", onsubmit: send }, element("fieldset", null, element("legend", null, "Alerts with labels"), matchers.element), times.element,
			labelled("Created by", creator), labelled("Comment", comment), error.place, element("div", { class: "actions" }, submit)),
		...affected.elements);

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

	function show(wanted, startsAt, endsAt, by, why) {
		matchers.show(wanted);
		times.show(startsAt, endsAt);
		creator.value = by;
		comment.value = why;
	}

	async function begin() {
		const { parameters } = route;
		if (route.id === null) {
			show([], Date.now(), Date.now() + DEFAULT_DURATION, parameters.createdBy ?? localStorage.getItem(CREATOR) ?? "", parameters.comment ?? "");
			matchers.show(await parseMatchers(parameters.filter ?? ""));
		} else {
			before = await ask(`api/v2/silence/${encodeURIComponent(route.id)}`);
			show(before.matchers, Date.parse(before.startsAt), Date.parse(before.endsAt), before.createdBy, before.comment);
		}
	}

	async function fill() {
		error.show(null);
		try {
			if (!isFilled)
				await begin();
			isFilled = true;
			await affected.now();
		} catch (refusal) {
			error.show(refusal);
		}
	}

	fill();
	return { retry: fill, close: affected.stop };
}
