// A table of plain texts, paged in the browser.
drawWith((root, value) => {
	let page = 0;
	const size = value.size || 10;
	const pages = Math.max(1, Math.ceil(value.rows.length / size));
	const scroll = make("div", "sd-scroll");
	scroll.tabIndex = 0;
	const bar = make("div", "sd-pages");
	const show = () => {
		const table = make("table", "sd-table");
		table.append(add(make("tr"), ...value.columns.map((name) => make("th", "", name))));
		for (const cells of value.rows.slice(page * size, page * size + size)) {
			table.append(add(make("tr"), ...cells.map((cell) => drawCell(cell))));
		}
		scroll.replaceChildren(table);
		bar.replaceChildren();
		if (pages < 2) return;
		const turn = (text, by, off) => {
			const button = make("button", "sd-turn", text);
			button.disabled = off;
			button.onclick = () => { page += by; show(); };
			return button;
		};
		add(bar, turn("‹", -1, page === 0), make("span", "", `${page + 1} / ${pages}`));
		bar.append(turn("›", 1, page === pages - 1));
	};
	const drawCell = (cell) => {
		if (!Array.isArray(cell)) return make("td", "", cell);
		const box = make("td");
		for (const part of cell) box.append(make("span", `sd-mark-${part.mark}`, part.text));
		return box;
	};
	if (value.lead) root.append(make("p", "sd-lead", value.lead));
	if (value.caption) root.append(make("p", "sd-note", value.caption));
	root.append(scroll, bar);
	if (value.small) root.append(make("p", "sd-small", value.small));
	show();
});
