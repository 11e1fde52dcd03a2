// SPDX-License-Identifier: Apache-2.0
// Alerts by groups that can be folded: those they are told in, or by labels of one's own.
import { alertCard, alertText, labelChips, silenceHash, worstSeverity } from "./alert_card.js";
import { button, counted, element, link } from "./elements.js";
import { keyedList } from "./keyed_list.js";
import { matchersOf } from "./matchers.js";

const FEW = 20; // so many alerts are shown unfolded, and in a group at a time

// All alerts, each once, by these labels. As they come an alert is in a group for each receiver.
export function regroup(groups, names) {
	const found = new Map(), seen = new Set();
	for (const alert of groups.flatMap(group => group.alerts)) {
		if (seen.has(alert.fingerprint))
			continue;
		seen.add(alert.fingerprint);
		const labels = Object.fromEntries(names.filter(name => Object.hasOwn(alert.labels, name)).map(name => [name, alert.labels[name]]));
		const key = JSON.stringify(Object.entries(labels));
		if (!found.has(key))
			found.set(key, { labels, routeLabels: {}, receiver: null, alerts: [] });
		found.get(key).alerts.push(alert);
	}
	return [...found.keys()].sort().map(key => found.get(key));
}

// Gives each a key. Two routes may have groups that look the same: they get numbers.
export function nameGroups(groups) {
	const counts = new Map();
	for (const group of groups) {
		const name = JSON.stringify([group.receiver, group.labels, group.routeLabels]);
		counts.set(name, (counts.get(name) ?? 0) + 1);
		group.key = `${counts.get(name)} ${name}`;
	}
	return groups;
}

function groupHead(group, toggle, choose) {
	const isGrouped = Object.keys(group.labels).length > 0, hasOwn = Object.keys(group.routeLabels).length > 0;
	return element("div", { class: "head" }, toggle,
		isGrouped ? labelChips(group.labels, choose) : element("span", { class: "hint" }, "not grouped"),
		hasOwn ? labelChips(group.routeLabels, null) : null,
		element("span", { class: "actions" },
			group.receiver === null ? null : element("span", { class: "hint" }, `to ${group.receiver.name}`),
			isGrouped ? link("Silence group", silenceHash(matchersOf(group.labels))) : null));
}

// `choose(matcher)` is what a click on a label does. Returns the list's element, a button that folds all, and show(groups), which have keys.
export function groupList(choose) {
	let groups = [], count = 0, byFingerprint = new Map(), unfoldsAll = null;
	const unfolded = new Map(); // what somebody chose, by key
	const parts = new WeakMap(); // of a group's element
	const list = element("ul", { class: "groups" });
	const fold = button("", () => foldAll(!groups.some(isUnfolded)), { class: "quiet", hidden: true });
	const shown = keyedList({ list, keyOf: group => group.key, textOf: group => group.key, build, refresh });

	function isUnfolded(group) {
		return unfolded.get(group.key) ?? unfoldsAll ?? (groups.length === 1 || count <= FEW);
	}

	function foldAll(unfolds) {
		unfolded.clear();
		unfoldsAll = unfolds;
		refreshAll();
	}

	function build(group) {
		const alerts = element("ul", { class: "alerts" });
		const toggle = button("", () => { unfolded.set(group.key, alerts.hidden); refreshAll(); }, { class: "fold" });
		const cards = keyedList({ list: alerts, keyOf: alert => alert.fingerprint, textOf: alertText, page: FEW,
			build: alert => alertCard(alert, { choose, hidden: group.labels, find: fingerprint => byFingerprint.get(fingerprint) }) });
		const made = element("li", { class: "group" }, groupHead(group, toggle, choose), alerts);
		parts.set(made, { toggle, alerts, cards });
		return made;
	}

	function refresh(made, group) {
		const { toggle, alerts, cards } = parts.get(made);
		made.className = `group severity-${worstSeverity(group.alerts)}`;
		alerts.hidden = !isUnfolded(group);
		toggle.textContent = counted(group.alerts.length, "alert");
		toggle.setAttribute("aria-expanded", String(!alerts.hidden));
		cards.show(alerts.hidden ? [] : group.alerts);
	}

	function refreshAll() {
		fold.hidden = groups.length === 0;
		fold.textContent = groups.some(isUnfolded) ? "Fold all" : "Unfold all";
		shown.show(groups);
	}

	// How many alerts there are.
	function show(now) {
		groups = now;
		byFingerprint = new Map(groups.flatMap(group => group.alerts).map(alert => [alert.fingerprint, alert]));
		count = byFingerprint.size;
		refreshAll();
		return count;
	}

	return { element: list, fold, show };
}
