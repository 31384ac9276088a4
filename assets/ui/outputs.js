// Outputs of both arms side by side, differences marked; one offset at a time.
const pieces = (list) => {
	const box = make("span", "sd-output");
	for (const piece of list) box.append(make("span", `sd-piece-${piece.mark}`, piece.text));
	return box;
};
const tagged = (words) => {
	const box = make("span", "sd-output");
	for (const word of words) {
		const chip = make("span", `sd-tagged sd-tagged-${word.mark}${word.changed ? " sd-changed" : ""}`);
		chip.append(make("span", "", word.text));
		if (word.tag !== "O") chip.append(make("sub", "", word.tag));
		else if (word.mark === "missed") chip.append(make("sub", "", "O"));
		box.append(chip, " ");
	}
	return box;
};
drawWith((root, value) => {
	const list = make("div", "sd-outputs");
	const size = 5;
	const turns = make("div", "sd-pages");
	const show = (set, page = 0) => {
		list.replaceChildren();
		turns.replaceChildren();
		const pages = Math.ceil(set.rows.length / size);
		const turn = (text, to) => {
			const button = make("button", "sd-turn", text);
			button.disabled = to < 0 || to >= pages;
			button.onclick = () => show(set, to);
			return button;
		};
		if (pages > 1) {
			add(turns, turn("‹", page - 1), make("span", "", `${page + 1} / ${pages}`), turn("›", page + 1));
		}
		for (const row of set.rows.slice(page * size, page * size + size)) {
			const box = make("div", "sd-example");
			const line = (name, child, style) => {
				box.append(add(make("div", `sd-example-name ${style || ""}`), make("span", "", name)));
				box.append(child);
			};
			line(value.labels.source, make("span", "sd-output", row.source));
			if (row.kind === "tags" && row.reference.length) {
				line(value.labels.reference, tagged(row.reference));
			} else if (row.kind === "text" && row.reference) {
				line(value.labels.reference, make("span", "sd-output", row.reference));
			}
			for (const arm of row.arms) {
				const name = `${value.marks[arm.arm] || ""} ${arm.label}`;
				line(name, arm.pieces ? pieces(arm.pieces) : tagged(arm.words), `sd-arm-${arm.arm}`);
			}
			list.append(box);
		}
	};
	if (value.lead) root.append(make("p", "sd-note", value.lead));
	if (value.sets.length > 1) {
		const bar = make("div", "sd-pages");
		const pick = make("select", "sd-pick");
		value.sets.forEach((set, i) => {
			const option = make("option", "", set.name);
			option.value = i;
			pick.append(option);
		});
		pick.onchange = () => show(value.sets[Number(pick.value)]);
		root.append(add(bar, make("label", "", value.labels.pick), pick));
	}
	root.append(list, turns);
	if (value.sets.length) show(value.sets[0]);
});
