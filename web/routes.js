// SPDX-License-Identifier: Apache-2.0
// What stands behind the # of an address: Alertmanager's routes and parameters, so that links made for its pages lead here.
// Pure. Source: alertmanager ui/app/src, Parsing.elm and Views/*/Parsing.elm.

const patterns = [
	["alerts", /^\/alerts\/?$/],
	["silences", /^\/silences\/?$/],
	["silence_form", /^\/silences\/new\/?$/],
	["silence_form", /^\/silences\/edit\/([^/]+)$/],
	["silence_form", /^\/silences\/([^/]+)\/edit$/],
	["silence", /^\/silences\/([^/]+)$/],
	["rules", /^\/rules\/?$/],
	["status", /^\/status\/?$/],
];

// A broken escape is what it looks like.
function decode(text) {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

// Of several values of a name the first counts. A plus is a plus, as in Alertmanager: filters hold regular expressions.
function readParameters(query) {
	const parameters = {};
	for (const part of query.split("&")) {
		const at = part.indexOf("=");
		const name = decode(at < 0 ? part : part.slice(0, at));
		if (name !== "" && !Object.hasOwn(parameters, name))
			parameters[name] = at < 0 ? "" : part.slice(at + 1);
	}
	return parameters;
}

// {page, id, parameters}: `page` is null for a hash that leads nowhere, parameters are decoded.
export function parseHash(hash) {
	const text = hash.replace(/^#/, "");
	const at = text.indexOf("?");
	const path = at < 0 ? text : text.slice(0, at);
	const parameters = at < 0 ? {} : readParameters(text.slice(at + 1));
	// Receivers in messages are quoted for regular expressions and then for queries, as Go does: there a plus is a space.
	if (parameters.receiver !== undefined)
		parameters.receiver = parameters.receiver.replaceAll("+", " ");
	for (const name of Object.keys(parameters))
		parameters[name] = decode(parameters[name]);
	for (const [page, pattern] of patterns) {
		const found = pattern.exec(path);
		if (found !== null)
			return { page, id: found[1] === undefined ? null : decode(found[1]), parameters };
	}
	return { page: path === "" || path === "/" ? "alerts" : null, id: null, parameters };
}

// name=value&…, those that are undefined left out. A list is the name several times.
export function writeParameters(parameters) {
	const parts = [];
	for (const [name, value] of Object.entries(parameters))
		for (const each of Array.isArray(value) ? value : [value])
			if (each !== undefined)
				parts.push(`${name}=${encodeURIComponent(each)}`);
	return parts.join("&");
}

export function writeHash(path, parameters = {}) {
	const query = writeParameters(parameters);
	return query === "" ? `#${path}` : `#${path}?${query}`;
}

// A switch that is absent is as it is by default; all but "false" is on.
export function readSwitch(parameters, name, byDefault) {
	return parameters[name] === undefined ? byDefault : parameters[name].toLowerCase() !== "false";
}
