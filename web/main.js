// SPDX-License-Identifier: Apache-2.0
// Shows the page that the address names, and asks for a token when the server wants one.
import { token } from "./api.js";
import { element, markCurrent, refreshDistances } from "./elements.js";
import { parseHash } from "./routes.js";
import * as alerts from "./alerts_page.js";
import * as rules from "./rules_page.js";
import * as silence from "./silence_page.js";
import * as silence_form from "./silence_form.js";
import * as silences from "./silences_page.js";
import * as status from "./status_page.js";

const pages = { alerts, rules, silence, silence_form, silences, status };
const main = document.getElementById("main");
let shown = null, page = null;

function markPlace(name) {
	const section = name?.startsWith("silence") ? "silences" : name;
	for (const place of document.querySelectorAll("header nav a"))
		markCurrent(place, place.hash === `#/${section}`);
}

function openPage(route) {
	page?.close();
	main.replaceChildren();
	page = null;
	if (route.page === null)
		main.append(element("h1", null, "There is no such page"), element("p", null, "The address leads nowhere."));
	else
		page = pages[route.page].open(main, route);
	document.title = route.page === null ? "tocsin" : `${pages[route.page].title} · tocsin`;
	markPlace(route.page);
}

function follow() {
	const route = parseHash(location.hash);
	const isSame = shown !== null && shown.page === route.page && page?.update !== undefined;
	const isFirst = shown === null;
	shown = route;
	if (isSame) {
		page.update(route);
		return;
	}
	openPage(route);
	scrollTo(0, 0);
	if (!isFirst)
		main.focus({ preventScroll: true }); // whoever reads with ears or keys goes on there
}

// ---- the token

const form = document.getElementById("token"), field = form.querySelector("input");

// A page that holds what somebody typed keeps it.
function tryAgain() {
	if (page?.retry !== undefined)
		page.retry();
	else
		openPage(shown);
}

addEventListener("refused", event => {
	document.getElementById("token-text").textContent = event.detail === 403 ? "Your token is not good for that. Another one may be." : "This server wants to know who asks: enter a token of it.";
	form.hidden = false;
});

form.addEventListener("submit", event => {
	event.preventDefault();
	token.set(field.value.trim());
	field.value = "";
	form.hidden = true;
	tryAgain();
});

addEventListener("hashchange", follow);
setInterval(refreshDistances, 10e3);
follow();
