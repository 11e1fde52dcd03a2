// SPDX-License-Identifier: Apache-2.0
// The matchers that a list is filtered by: shown one by one, taken away, and added as text that the server reads.
import { parseMatchers } from "./api.js";
import { button, element, errorPlace } from "./elements.js";
import { writeMatcher, writeMatchers } from "./matchers.js";

// `change(text)` is called with another list of matchers. Returns its element, choose(matcher), which adds one, show(text, signal), and isShown(text).
export function filterBar(change) {
	const list = element("ul", { class: "chips", "aria-label": "Filter" });
	const field = element("input", { id: "filter", type: "text", placeholder: 'severity="critical", instance=~"db.*"', "aria-label": "Add a matcher", autocomplete: "off", autocapitalize: "off", spellcheck: "false", onkeydown: takeBack });
	const error = errorPlace();
	const form = element("form", { class: "filter", role: "search", onsubmit: add }, list, field, element("button", null, "Add"));
	let matchers = [], shown = ""; // the text they were read from; null: none

	async function add(event) {
		event.preventDefault();
		try {
			const added = await parseMatchers(field.value);
			if (added.length === 0)
				return;
			field.value = "";
			error.show(null);
			become(without(added).concat(added));
		} catch (refusal) {
			error.show(refusal);
		}
	}

	// At once: whoever is quick changes what the address says in a moment, not what it said.
	function become(others) {
		matchers = others;
		shown = null;
		change(writeMatchers(others));
	}

	function choose(matcher) {
		if (without([matcher]).length === matchers.length)
			become([...matchers, matcher]);
	}

	function without(others) {
		const texts = others.map(writeMatcher);
		return matchers.filter(matcher => !texts.includes(writeMatcher(matcher)));
	}

	function remove(matcher) {
		become(without([matcher]));
		field.focus();
	}

	// Backspace in an empty field takes the last one back into it.
	function takeBack(event) {
		if (event.key !== "Backspace" || event.repeat || field.value !== "" || matchers.length === 0)
			return;
		event.preventDefault();
		field.value = writeMatcher(matchers.at(-1));
		become(matchers.slice(0, -1));
	}

	function chip(matcher) {
		const text = writeMatcher(matcher);
		return element("li", { class: "chip" }, element("code", null, text), button("×", () => remove(matcher), { "aria-label": `Remove ${text}` }));
	}

	function isShown(text) {
		return text === shown;
	}

	// Shows what the address says, and returns it; the server is asked what that is unless it is shown. Throws what the server has against it.
	async function show(text, signal) {
		if (isShown(text))
			return matchers;
		try {
			matchers = await parseMatchers(text, signal);
			shown = text;
		} catch (refusal) {
			if (!signal.aborted)
				matchers = [], shown = null;
			throw refusal;
		} finally {
			list.replaceChildren(...matchers.map(chip));
		}
		return matchers;
	}

	return { element: element("div", null, form, error.place), choose, show, isShown };
}
