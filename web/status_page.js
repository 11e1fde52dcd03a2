// SPDX-License-Identifier: Apache-2.0
// #/status: what runs here, since when, with which configuration.
import { ask } from "./api.js";
import { distanceElement, element, errorPlace, link, timeElement } from "./elements.js";

export const title = "Status";

function facts(rows) {
	return element("dl", { class: "facts" }, rows.map(([name, ...values]) => [element("dt", null, name), element("dd", null, values)]));
}

function clusterPart(cluster) {
	const peers = cluster.peers ?? [];
	return element("section", { class: "card" }, element("h2", null, "Cluster"),
		facts([["Status", cluster.status], ...(cluster.name === undefined ? [] : [["Name", element("code", null, cluster.name)]]), ["Peers", peers.length === 0 ? "none" : element("ul", null, peers.map(peer => element("li", null, element("code", null, peer.name), ` at ${peer.address}`)))]]));
}

function show(main, status, build, notifications) {
	const { version, revision } = build.data;
	main.append(
		element("section", { class: "card" }, element("h2", null, "Program"),
			facts([["Version", `tocsin ${version}${revision === "" ? "" : ` (${revision})`}`], ["API", `as Alertmanager ${status.versionInfo.version}`], ["Running since", timeElement(status.uptime), " (", distanceElement(status.uptime), ")"],
				["More", link("what the API serves", "api"), ", ", link("metrics", "metrics")]])),
		clusterPart(status.cluster),
		element("section", { class: "card" }, element("h2", null, "Configuration"),
			notifications.data.map(each => element("p", { class: "error" }, `${each.text} `, distanceElement(each.date))),
			element("pre", { tabindex: "0", "aria-label": "Configuration" }, status.config.original)));
}

export function open(main) {
	const error = errorPlace(), stop = new AbortController();
	main.append(element("h1", null, "Status"), error.place);
	const asked = ["api/v2/status", "api/v1/status/buildinfo", "api/v1/notifications"].map(path => ask(path, { signal: stop.signal }));
	Promise.all(asked).then(answers => show(main, ...answers)).catch(refusal => stop.signal.aborted || error.show(refusal));
	return { close: () => stop.abort() };
}
