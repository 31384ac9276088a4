// Tables of plain texts under one another, each paged in the browser.
const drawCell = (cell) => {
	if (!Array.isArray(cell)) return make("td", "", cell);
	const box = make("td");
	for (const part of cell) box.append(make("span", `sd-mark-${part.mark}`, part.text));
	return box;
};
const drawTable = (root, value) => {
	let page = 0;
	let picked = "";
	const size = value.size || 10;
	const pages = Math.max(1, Math.ceil(value.rows.length / size));
	const scroll = make("div", "sd-scroll");
	scroll.tabIndex = 0;
	const bar = make("div", "sd-pages");
	// A row with a key stands for sentences, which are shown beside the curve.
	const pick = (key, name) => {
		picked = picked === key ? "" : key;
		document.dispatchEvent(new CustomEvent("sd-slice", { detail: { key: picked, name } }));
		show();
		const list = document.querySelector(".sd-results .sd-outputs");
		if (picked && list) list.scrollIntoView({ block: "center" });
	};
	const drawRow = (cells, number) => {
		const row = add(make("tr"), ...cells.map((cell) => drawCell(cell)));
		const key = value.keys && value.keys[number];
		if (!key) return row;
		const button = make("button", "sd-turn sd-pick", cells[1]);
		button.setAttribute("aria-pressed", String(picked === key));
		button.onclick = () => pick(key, cells[1]);
		row.children[1].replaceChildren(button);
		return row;
	};
	const show = () => {
		const table = make("table", "sd-table");
		table.append(add(make("tr"), ...value.columns.map((name) => make("th", "", name))));
		value.rows.slice(page * size, page * size + size).forEach((cells, index) => {
			table.append(drawRow(cells, page * size + index));
		});
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
	if (value.title) root.append(make("p", "sd-subtitle", value.title));
	if (value.lead) root.append(make("p", "sd-lead", value.lead));
	if (value.caption) root.append(make("p", "sd-note", value.caption));
	root.append(scroll, bar);
	if (value.small) root.append(make("p", "sd-small", value.small));
	show();
};
drawWith((root, value) => {
	for (const one of Array.isArray(value) ? value : [value]) drawTable(root, one);
});
