drawWith((root, value) => {
	root.append(make("p", "sd-lead", value.summary));
	if (value.formula) root.append(make("p", "sd-formula", value.formula));
	const list = make("dl", "sd-facts");
	for (const [name, text] of value.rows) {
		list.append(make("dt", "", name), make("dd", "", text));
	}
	root.append(list);
});
