// What was read of a file: the summary, what is to be known of it, and its first rows.
drawWith((root, value) => {
	for (const file of value.files) {
		const box = add(make("div", "sd-read"), make("p", "sd-read-lead", file.lead));
		if (file.notices.length) {
			const list = make("ul");
			list.append(...file.notices.map((notice) => make("li", "", notice)));
			box.append(list);
		}
		root.append(box);
	}
	if (!value.rows.length) return;
	const table = make("table", "sd-table");
	table.append(add(make("tr"), ...value.columns.map((name) => make("th", "", name))));
	for (const cells of value.rows) {
		table.append(add(make("tr"), ...cells.map((cell) => make("td", "", cell))));
	}
	const scroll = make("div", "sd-scroll");
	scroll.tabIndex = 0;
	scroll.append(table);
	root.append(scroll);
});
