// SPDX-License-Identifier: Apache-2.0
// The pure modules of web/. Run by tests/system/pages.py within the pages themselves; its value is the list of what failed.
(async () => {
	const [routes, matchers, times, elements, alertCard, alertGroups] = await Promise.all(["routes", "matchers", "times", "elements", "alert_card", "alert_groups"].map(name => import(new URL(`web/${name}.js`, document.baseURI))));
	const failures = [];
	let count = 0;

	function same(what, given, wanted) {
		const [a, b] = [given, wanted].map(value => (Number.isNaN(value) ? "NaN" : JSON.stringify(value)));
		count++;
		if (a !== b)
			failures.push(`${what}: ${a}, expected ${b}`);
	}

	// Links as Alertmanager's pages, its templates, Karma and Grafana write them.
	const leads = [
		["", "alerts", null, {}],
		["#", "alerts", null, {}],
		["#/", "alerts", null, {}],
		["#/alerts", "alerts", null, {}],
		["#/alerts?", "alerts", null, {}],
		["#/alerts?receiver=ops%5C.team+eu", "alerts", null, { receiver: "ops\\.team eu" }],
		["#/alerts?receiver=a%2Bb", "alerts", null, { receiver: "a+b" }],
		["#/alerts?silenced=false&inhibited=false&muted=false&active=true&filter=%7Ba%3D%22b%22%7D", "alerts", null, { silenced: "false", inhibited: "false", muted: "false", active: "true", filter: '{a="b"}' }],
		["#/alerts?filter={path=~\".+\"}", "alerts", null, { filter: '{path=~".+"}' }],
		["#/alerts?filter=a=b&filter=c&&x", "alerts", null, { filter: "a=b", x: "" }],
		["#/alerts?filter=100%", "alerts", null, { filter: "100%" }],
		["#/alerts?group=a,b&customGrouping=true", "alerts", null, { group: "a,b", customGrouping: "true" }],
		["#/silences", "silences", null, {}],
		["#/silences/new?filter=%7B%7D&comment=a%20b", "silence_form", null, { filter: "{}", comment: "a b" }],
		["#/silences/0f/edit", "silence_form", "0f", {}],
		["#/silences/edit/0f", "silence_form", "0f", {}],
		["#/silences/0f", "silence", "0f", {}],
		["#/status", "status", null, {}],
		["#/rules", "rules", null, {}],
		["#/nowhere", null, null, {}],
		["#/alerts/0f", null, null, {}],
		["#/alerts?__proto__=a&toString=b", "alerts", null, { toString: "b" }],
	];
	for (const [hash, page, id, parameters] of leads)
		same(hash, routes.parseHash(hash), { page, id, parameters });
	same("a hash is written", routes.writeHash("/alerts", { filter: '{a="b&c"}', none: undefined, silenced: "true" }), "#/alerts?filter=%7Ba%3D%22b%26c%22%7D&silenced=true");
	same("a list is written", routes.writeParameters({ filter: ["a", "b c"] }), "filter=a&filter=b%20c");
	for (const [text, wanted] of [[undefined, "default"], ["false", false], ["FALSE", false], ["true", true], ["", true], ["0", true]])
		same(`switch ${text}`, routes.readSwitch(text === undefined ? {} : { a: text }, "a", "default"), wanted);

	for (const operator of matchers.operators)
		same(operator, matchers.operatorOf(matchers.makeMatcher("a", operator, "b")), operator);
	same("without isEqual", matchers.operatorOf({ isRegex: true }), "=~");
	same("a matcher", matchers.writeMatcher(matchers.makeMatcher("a", "!~", 'b"\\\n')), 'a!~"b\\"\\\\\\n"');
	same("a name with a space", matchers.writeMatcher(matchers.makeMatcher("a b", "=", "")), '"a b"=""');
	same("a name in another script", matchers.writeMatcher(matchers.makeMatcher("größe", "=", "é")), 'größe="é"');
	same("none", matchers.writeMatchers([]), "");
	same("labels", matchers.writeMatchers(matchers.matchersOf({ a: "1", alertname: "X" })), '{alertname="X", a="1"}');
	same("a name for a regular expression", matchers.escapeRegex("a.b(c) [d]+e-f"), "a\\.b\\(c\\) \\[d\\]\\+e-f");

	for (const [text, wanted] of [["1h", 3600e3], ["1h30m", 5400e3], [" 1d 2h ", 93600e3], ["1.5h", 5400e3], ["2w", 1209600e3], ["90s", 90e3], ["", NaN], [" ", NaN], ["h", NaN], ["5", NaN], ["1h x", NaN], ["-1h", NaN], ["1 h", NaN]])
		same(`duration ${text}`, times.parseDuration(text), wanted);
	for (const [span, wanted] of [[0, "0s"], [400, "0s"], [61e3, "1m 1s"], [93600e3, "1d 2h"], [-1, ""], [1209600e3, "2w"]])
		same(`span ${span}`, times.formatDuration(span), wanted);
	same("two parts", times.formatDuration(93784e3, 2), "1d 2h");
	same("ago", times.formatDistance(0, 60e3), "1m ago");
	same("ahead", times.formatDistance(60e3, 0), "in 1m");
	same("seconds", [0, 0.00123, 1.234, 75].map(times.formatSeconds), ["0 ms", "1.2 ms", "1.23 s", "75 s"]);
	same("a field of local time", [times.readLocal(times.writeLocal(1.8e12)), times.readLocal("")], [1.8e12, NaN]);

	for (const [text, wanted] of [["http://a", true], ["HTTPS://a/b", true], ["javascript:alert(1)", false], ["//a", false], ["data:text/html,a", false], ["http://", false], [" http://a", false], ["ftp://a", false]])
		same(`address ${text}`, elements.isWebAddress(text), wanted);
	const links = [
		["none here", ["none here"]],
		["see https://a/b?c=d, or http://e. javascript:f", ["see ", ["https://a/b?c=d"], ",", " or ", ["http://e"], ".", " javascript:f"]],
		["https://kibana/#/?_g=(time:(from:now-1h,to:now))&_a='x y", [["https://kibana/#/?_g=(time:(from:now-1h,to:now))&_a='x"], " y"]],
		["https://kibana/#/?_g=(time:(from:now-1h))", [["https://kibana/#/?_g=(time:(from:now-1h))"]]],
		["(https://a/b_(c)) [http://d]", ["(", ["https://a/b_(c)"], ")", " [", ["http://d"], "]"]],
		["http:// and https://.", ["http:// and ", "https://."]],
		["a http://<b>", ["a http://<b>"]],
	];
	for (const [text, wanted] of links)
		same(`links in ${text}`, elements.linkedText(text).filter(part => part !== "").map(part => (typeof part === "string" ? part : [part.getAttribute("href")])), wanted);
	same("an address among very many brackets", elements.linkedText(`http://a/${")".repeat(300000)}`).map(part => part.length ?? part.getAttribute("href")), [0, "http://a/", 300000, 0]);
	same("whoever is led away is not told from where", elements.linkedText("http://a").filter(part => part !== "").map(part => [part.rel, part.target]), [["noopener noreferrer", "_blank"]]);
	same("markup is text", elements.element("p", null, "<img src=x>").outerHTML, "<p>&lt;img src=x&gt;</p>");
	same("no markup in an attribute", elements.element("p", { title: '"><img>' }).children.length, 0);

	const alert = (fingerprint, labels) => ({ fingerprint, labels });
	const told = [{ alerts: [alert("1", { a: "x" }), alert("2", { a: "y" })] }, { alerts: [alert("2", { a: "y" }), alert("3", {})] }];
	same("alerts by a label", alertGroups.regroup(told, ["a"]).map(group => [group.labels, group.alerts.map(each => each.fingerprint)]), [[{ a: "x" }, ["1"]], [{ a: "y" }, ["2"]], [{}, ["3"]]]);
	same("alerts in one list", alertGroups.regroup(told, []).map(group => group.alerts.length), [3]);
	same("groups that look the same", new Set(alertGroups.nameGroups([{ receiver: null, labels: {} }, { receiver: null, labels: {} }]).map(group => group.key)).size, 2);
	for (const [severities, wanted] of [[[], "none"], [["odd", undefined], "none"], [["info", "Warning"], "warning"], [["page", "warning", "none"], "critical"]])
		same(`the worst of ${severities}`, alertCard.worstSeverity(severities.map(severity => ({ labels: severity === undefined ? {} : { severity } }))), wanted);
	return { count, failures };
})();
