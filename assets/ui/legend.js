// The lines of the plots below: an arm each, with the colours of its two lines.
drawWith((root, value) => {
	if (!value.lines.length) return;
	const legend = make("div", "sd-legend");
	for (const [name, ...colors] of value.lines) {
		const key = make("span", "sd-swatch");
		for (const color of colors) key.append(make("i"));
		[...key.children].forEach((line, place) => (line.style.background = colors[place]));
		legend.append(add(make("span", "sd-arm"), key, make("span", "", name)));
	}
	legend.append(make("span", "sd-note", value.note));
	root.append(legend);
});
