// SPDX-License-Identifier: Apache-2.0
// Durations and times as people write and read them. Pure; times are milliseconds since 1970.

const units = [["w", 604800e3], ["d", 86400e3], ["h", 3600e3], ["m", 60e3], ["s", 1e3]];

// Milliseconds of "1d 2h30m"; NaN for what is none.
export function parseDuration(text) {
	if (!/^\s*(\d+(\.\d+)?[wdhms]\s*)+$/.test(text))
		return NaN;
	let sum = 0;
	for (const [, number, unit] of text.matchAll(/(\d+(?:\.\d+)?)([wdhms])/g))
		sum += Number(number) * units.find(([name]) => name === unit)[1];
	return sum;
}

// At most `parts` units, the largest first: "2h 30m"; "" when it is negative.
export function formatDuration(span, parts = units.length) {
	const found = [];
	let rest = Math.round(span / 1000) * 1000;
	for (const [unit, length] of units) {
		const count = Math.floor(rest / length);
		rest -= count * length;
		if (count > 0)
			found.push(`${count}${unit}`);
	}
	if (span < 0)
		return "";
	return found.length === 0 ? "0s" : found.slice(0, parts).join(" ");
}

// "3h 20m ago", "in 5m".
export function formatDistance(at, now) {
	const span = Math.abs(at - now);
	if (span < 1000)
		return "now";
	return at < now ? `${formatDuration(span, 2)} ago` : `in ${formatDuration(span, 2)}`;
}

export function formatSeconds(seconds) {
	return seconds < 1 ? `${Math.round(seconds * 1e4) / 10} ms` : `${Math.round(seconds * 100) / 100} s`;
}

// What a datetime-local field holds: local time, to the second.
export function writeLocal(at) {
	const time = new Date(at);
	const two = number => String(number).padStart(2, "0");
	const date = `${String(time.getFullYear()).padStart(4, "0")}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
	return `${date}T${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

// NaN for what is none.
export function readLocal(text) {
	return text === "" ? NaN : new Date(text).getTime();
}
