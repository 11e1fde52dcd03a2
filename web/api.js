// SPDX-License-Identifier: Apache-2.0
// Requests to the server that these pages came from, below whatever prefix, and its errors in words. Holds the token, for this tab.
import { writeParameters } from "./routes.js";

export class Refusal extends Error {
	// `status` 0: there was no answer.
	constructor(status, text) {
		super(text);
		this.status = status;
	}
}

export const token = {
	get: () => sessionStorage.getItem("token"),
	set: text => sessionStorage.setItem("token", text),
};

// The API says it as a JSON string, or in one of three members, or in plain text.
function wordsOf(body) {
	try {
		const value = JSON.parse(body);
		return typeof value === "string" ? value : value.message ?? value.error ?? body;
	} catch {
		return body.trim();
	}
}

function explain(status, body) {
	if (status === 401)
		return token.get() === null ? "The server does not know who asks (401)." : "The server does not know this token (401).";
	if (status === 403)
		return "This token is not good for that (403).";
	if (status === 404 && body === "")
		return "There is no such thing (404).";
	return wordsOf(body) || `The server answered with status ${status}.`;
}

// A header holds bytes: those of the text.
function bytesOf(text) {
	return String.fromCharCode(...new TextEncoder().encode(text));
}

function headersOf(body) {
	const headers = body === undefined ? {} : { "Content-Type": "application/json" };
	if (token.get() !== null)
		headers.Authorization = `Bearer ${bytesOf(token.get())}`;
	return headers;
}

async function send(path, { method = "GET", body, signal } = {}) {
	try {
		const reply = await fetch(path, { method, signal, headers: headersOf(body), body: body === undefined ? undefined : JSON.stringify(body) });
		return [reply.status, await reply.text()];
	} catch (error) {
		if (error.name === "AbortError")
			throw error;
		throw new Refusal(0, "The server does not answer.");
	}
}

// The answer's text. Who listens for "refused" hears of a 401 or 403.
export async function askText(path, options) {
	const [status, body] = await send(path, options);
	if (status >= 200 && status < 300)
		return body;
	if (status === 401 || status === 403)
		dispatchEvent(new CustomEvent("refused", { detail: status }));
	throw new Refusal(status, explain(status, body));
}

export async function ask(path, options) {
	const body = await askText(path, options);
	return body === "" ? null : JSON.parse(body);
}

export function pathOf(path, parameters) {
	return `${path}?${writeParameters(parameters)}`;
}

// The matchers of a text, in parts.
export async function parseMatchers(text, signal) {
	if (text.trim() === "")
		return [];
	try {
		return (await ask(pathOf("api/v1/parse_matchers", { matchers: text }), { signal })).data;
	} catch (error) {
		error.message = error.message.replace(/^invalid parameter "matchers": /, "");
		throw error;
	}
}
