// SPDX-License-Identifier: Apache-2.0
// Matchers as the API has them, {name, value, isRegex, isEqual}, and their text. Pure. Texts are only written here: the server reads them.

export const operators = ["=", "!=", "=~", "!~"];

export function operatorOf(matcher) {
	return operators[(matcher.isRegex ? 2 : 0) + (matcher.isEqual === false ? 1 : 0)];
}

export function makeMatcher(name, operator, value) {
	return { name, value, isRegex: operator.includes("~"), isEqual: !operator.startsWith("!") };
}

function quote(text) {
	return `"${text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"')}"`;
}

// A name stands bare where both of the server's parsers take it so.
function writeName(name) {
	return name === "" || /[\s\u0085{}!=~,\\"'`]/u.test(name) ? quote(name) : name;
}

export function writeMatcher(matcher) {
	return writeName(matcher.name) + operatorOf(matcher) + quote(matcher.value);
}

// {a="b", c=~"d"}; nothing for none.
export function writeMatchers(matchers) {
	return matchers.length === 0 ? "" : `{${matchers.map(writeMatcher).join(", ")}}`;
}

// Those that fit exactly one set of labels, its name first.
export function matchersOf(labels) {
	return sortedLabels(labels).map(([name, value]) => makeMatcher(name, "=", value));
}

export function sortedLabels(labels) {
	const rank = name => (name === "alertname" ? "" : name);
	return Object.entries(labels).sort(([a], [b]) => (rank(a) < rank(b) ? -1 : 1));
}

export function escapeRegex(text) {
	return text.replace(/[\\^$.|?*+()[\]{}]/g, "\\$&");
}
