// SPDX-License-Identifier: Apache-2.0
// Asks again and again, not while nobody looks, and the more seldom the longer an answer takes.
const PERIOD = 10e3;
const SHARE = 20; // at most one part in so many of the time is spent on asking

// `load(signal)` gets a text, `show(text)` is called when it is another one than before, `fail(error)` with null when all is well again.
// Returns {now, stop}: `now` asks at once and shows in any case.
export function poll(load, show, fail) {
	let timer = 0, asking = null, shown = null, isStopped = false;

	async function turn() {
		clearTimeout(timer);
		asking?.abort();
		const mine = asking = new AbortController();
		const begun = performance.now();
		try {
			const text = await load(mine.signal);
			if (mine.signal.aborted)
				return;
			fail(null);
			if (text !== shown)
				show(text);
			shown = text;
		} catch (error) {
			if (mine.signal.aborted)
				return;
			shown = null; // what comes next is shown, be it what was shown before
			fail(error);
		}
		timer = setTimeout(turn, Math.max(PERIOD, SHARE * (performance.now() - begun)));
		if (document.hidden)
			clearTimeout(timer);
	}

	function look() {
		if (document.hidden)
			clearTimeout(timer);
		else
			turn();
	}

	function now() {
		shown = null;
		if (!isStopped)
			turn();
	}

	function stop() {
		isStopped = true;
		clearTimeout(timer);
		asking?.abort();
		document.removeEventListener("visibilitychange", look);
	}

	document.addEventListener("visibilitychange", look);
	turn();
	return { now, stop };
}
