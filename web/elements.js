// SPDX-License-Identifier: Apache-2.0
// Makes pieces of the document. Text stays text: there is no way here to have it read as markup.
import { formatDistance } from "./times.js";

// Attributes: on… is a listener, true and false set or leave out, others are text. Children: nodes, texts, null for nothing.
export function element(tag, attributes, ...children) {
	const made = document.createElement(tag);
	for (const [name, value] of Object.entries(attributes ?? {})) {
		if (name.startsWith("on"))
			made.addEventListener(name.slice(2), value);
		else if (value === true)
			made.setAttribute(name, "");
		else if (value !== false && value !== undefined && value !== null)
			made.setAttribute(name, value);
	}
	made.append(...children.flat(Infinity).filter(child => child !== null && child !== undefined));
	return made;
}

export function button(text, press, attributes = {}) {
	return element("button", { type: "button", onclick: press, ...attributes }, text);
}

export function link(text, href, attributes = {}) {
	return element("a", { href, ...attributes }, text);
}

export function markCurrent(place, isCurrent) {
	if (isCurrent)
		place.setAttribute("aria-current", "page");
	else
		place.removeAttribute("aria-current");
}

// Only these may be followed: a label is a stranger's.
export function isWebAddress(text) {
	return /^https?:\/\//i.test(text) && URL.canParse(text);
}

export function outwardLink(text, href) {
	return element("a", { href, target: "_blank", rel: "noopener noreferrer" }, text);
}

// Where the address ends at the start of a text: not with what ends a sentence, nor with a bracket that was opened before it.
function endOfAddress(text) {
	const surplus = (mark, opener) => text.split(mark).length - text.split(opener).length;
	const unopened = { ")": surplus(")", "("), "]": surplus("]", "["), "}": surplus("}", "{") };
	let end = text.length;
	for (; end > 0; end--) {
		const last = text[end - 1];
		if (unopened[last] > 0)
			unopened[last]--;
		else if (!".,;:!?'".includes(last))
			break;
	}
	return end;
}

// The text with its web addresses as links.
export function linkedText(text) {
	const parts = text.split(/(https?:\/\/[^\s<>"]+)/i);
	return parts.flatMap((part, at) => {
		const end = at % 2 === 1 ? endOfAddress(part) : 0;
		return isWebAddress(part.slice(0, end)) ? [outwardLink(part.slice(0, end), part.slice(0, end)), part.slice(end)] : [part];
	});
}

// "1 alert", "10,000 alerts"
export function counted(count, word) {
	return `${count.toLocaleString()} ${word}${count === 1 ? "" : "s"}`;
}

const local = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

// Local time; UTC is its title.
export function timeElement(text) {
	const time = new Date(text);
	if (!(time.getTime() > 0))
		return element("span", null, "never");
	return element("time", { datetime: text, title: time.toISOString().replace("T", " ").replace(/\.\d+Z$/, " UTC") }, local.format(time));
}

// How far away it is, kept up to date by refreshDistances.
export function distanceElement(text) {
	const made = timeElement(text);
	if (made.tagName !== "TIME")
		return made;
	made.title = `${made.textContent} (${made.title})`;
	made.dataset.distance = "";
	made.textContent = formatDistance(Date.parse(text), Date.now());
	return made;
}

export function refreshDistances() {
	for (const time of document.querySelectorAll("time[data-distance]")) {
		const text = formatDistance(Date.parse(time.dateTime), Date.now());
		if (time.textContent !== text)
			time.textContent = text;
	}
}

// A place for what went wrong, read out when it fills.
export function errorPlace() {
	const place = element("p", { class: "error", role: "alert", hidden: true });
	function show(error) {
		place.hidden = error === null;
		const text = error === null ? "" : error.message;
		if (place.textContent !== text)
			place.textContent = text;
	}
	return { place, show };
}

export function labelled(text, field, attributes = {}) {
	return element("label", attributes, element("span", null, text), field);
}

// Asks before something is done. A promise of yes or no; nobody answers it when the page goes before that.
export function confirmed(question, answer) {
	return new Promise(resolve => {
		const dialog = element("dialog", { "aria-label": question, onclose: () => { dialog.remove(); resolve(dialog.returnValue === "yes"); } },
			element("p", null, question),
			element("div", { class: "actions" }, button("Leave it", () => dialog.close("no")), button(answer, () => dialog.close("yes"), { class: "danger" })));
		document.getElementById("main").append(dialog);
		dialog.showModal();
	});
}
