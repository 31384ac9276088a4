drawWith((root, value) => {
	root.append(make("p", "sd-lead", value.summary));
	if (value.formula) root.append(make("p", "sd-formula", value.formula));
	if (value.warning) root.append(make("p", "sd-note sd-note-strong", value.warning));
	const list = make("dl", "sd-facts");
	for (const [name, text] of value.rows) {
		list.append(make("dt", "", name), make("dd", "", text));
	}
	root.append(list);
});
