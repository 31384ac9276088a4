drawWith((root, value) => {
	const box = make("div", "sd-verdict");
	if (value.badge) box.append(make("span", "sd-badge", value.badge));
	if (value.plain) box.append(make("p", "sd-verdict-text", value.plain));
	box.append(make("p", value.plain ? "" : "sd-verdict-text", value.text));
	if (value.power) box.append(make("p", "sd-note", value.power));
	// What was left out, and why, is never folded away.
	for (const note of value.left) box.append(make("p", "sd-note", note));
	const more = make("details", "sd-details");
	more.append(make("summary", "", value.rulesLabel), make("p", "", value.full));
	for (const note of value.notes) more.append(make("p", "sd-note", note));
	more.append(add(make("ul"), ...value.rules.map((rule) => make("li", "", rule))));
	root.append(add(box, more));
});
