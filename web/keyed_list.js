// SPDX-License-Identifier: Apache-2.0
// A list that is kept in step with what comes: what has not changed stays as it is in the document, with its focus and what is unfolded in it.
import { button } from "./elements.js";

// `list` is the element to fill, `keyOf(item)` names an item, `build(item)` makes its element, which stays while `textOf(item)` is the same;
// `refresh(element, item)`, if there is one, looks to what is in it. At most `page` are shown until somebody wants more.
export function keyedList({ list, keyOf, textOf = JSON.stringify, build, refresh, page = 50 }) {
	const known = new Map(); // by key, in the order they are shown
	let items = [], room = page;
	const more = button("", () => { room += 4 * page; show(items); }, { class: "more" });

	function elementOf(key, item) {
		const text = textOf(item);
		const before = known.get(key);
		if (before?.text === text)
			return before.element;
		const made = build(item);
		before?.element.replaceWith(made);
		known.set(key, { text, element: made });
		return made;
	}

	function forgetOthers(kept) {
		for (const [key, { element }] of known) {
			if (kept.has(key))
				continue;
			element.remove();
			known.delete(key);
		}
	}

	function showMore(left) {
		more.textContent = `Show ${Math.min(left, 4 * page)} more of ${left}`;
		if (left > 0)
			list.append(more);
		else
			more.remove();
	}

	function show(now) {
		items = now;
		const shown = new Map(items.slice(0, room).map(item => [keyOf(item), item]));
		forgetOthers(shown); // first: what goes must not make what stays move, for that loses the focus
		let next = list.firstChild;
		for (const [key, item] of shown) {
			const isNext = known.get(key)?.element === next && next !== null;
			const made = elementOf(key, item);
			if (!isNext)
				list.insertBefore(made, next);
			next = made.nextSibling;
			refresh?.(made, item);
		}
		showMore(items.length - shown.size);
	}

	return { show };
}
