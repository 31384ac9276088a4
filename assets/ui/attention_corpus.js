// Attention over many sentences: weight against where the key stands, and tables against gold.
const showCorpus = async (root, value) => {
	const { labels } = value;
	for (const kind of value.kinds) {
		for (const own of Object.values(kind.arms)) {
			for (const name of Object.keys(own)) {
				for (const part of ["mean", "low", "high"]) if (own[name][part].data) own[name][part] = await unpack(own[name][part]);
			}
		}
	}
	const colors = value.colors[document.body.classList.contains("dark") ? "dark" : "light"];
	let kind = value.kinds.at(-1);
	let head = kind.telling.join(".");
	const tools = make("div", "sd-attention-tools");
	const figures = make("div", "sd-attention-profiles");
	const series = (name) =>
		value.arms
			.filter(({ arm }) => kind.arms[arm])
			.map(({ arm, mark, name: called }) => {
				const own = kind.arms[arm][name];
				const heads = name === "average" ? [[0, 0]] : [head.split(".").map(Number)];
				const [mean, low, high] = ["mean", "low", "high"].map((part) => meanOf(own[part], heads));
				return { name: `${mark} ${called}`, color: ARM_COLORS[arm], mean, low, high };
			});
	const stats = () => {
		const [layer, at] = head.split(".").map(Number);
		const arms = value.arms.filter(({ arm }) => kind.stats[arm]);
		const drawn = make("table", "sd-table sd-attention-stats");
		drawn.append(add(make("tr"), make("th", "", labels.figures), ...arms.map(({ mark, name }) => make("th", "", `${mark} ${name}`))));
		for (const name of Object.keys(kind.stats[arms[0].arm])) {
			const cells = arms.map(({ arm }) => {
				const [mean, low, high] = ["mean", "low", "high"].map((part) => kind.stats[arm][name][part][layer][at]);
				const ends = low === null ? "" : ` (${low.toFixed(2)} – ${high.toFixed(2)})`;
				return make("td", "", mean === null ? "–" : mean.toFixed(2) + ends);
			});
			drawn.append(add(make("tr"), make("td", "", labels[`stat_${name}`]), ...cells));
		}
		return add(make("div", "sd-scroll"), drawn);
	};
	const redraw = () => {
		const width = Math.max(280, (root.clientWidth - 32) / (root.clientWidth > 800 ? 2 : 1));
		const all = head === "all";
		const offsets = profileFigure(series(all ? "average" : "offsets"), value.reach, width, colors, labels, labels.offset_axis);
		figures.replaceChildren(offsets.svg);
		if (!all) figures.append(placeFigure(series("places"), width, colors, labels), stats());
	};
	const showTools = () => {
		tools.replaceChildren();
		if (value.kinds.length > 1) {
			const entries = value.kinds.map((one) => [one.kind, one.name]);
			tools.append(
				choice(labels.attention, entries, kind.kind, (to) => {
					kind = value.kinds.find((one) => one.kind === to);
					head = kind.telling.join(".");
					showTools();
					redraw();
				}),
			);
		}
		const picker = make("select", "sd-filter");
		picker.setAttribute("aria-label", labels.head);
		picker.append(Object.assign(make("option", "", labels.average), { value: "all" }));
		for (let l = 0; l < kind.layers; l++) for (let h = 0; h < kind.heads; h++) picker.append(Object.assign(make("option", "", `L${l} H${h}`), { value: `${l}.${h}` }));
		picker.value = head;
		picker.onchange = () => {
			head = picker.value;
			redraw();
		};
		tools.append(add(make("label", "sd-tick-box"), make("span", "", labels.head), picker));
	};
	add(root, make("p", "sd-lead", value.lead), tools, figures, make("p", "sd-note", labels.note));
	showTools();
	redraw();
	for (const table of value.tables) {
		const rows = table.rows.map((cells) => add(make("tr"), ...cells.map((cell) => make("td", "", cell))));
		const drawn = add(make("table", "sd-table"), add(make("tr"), ...table.columns.map((name) => make("th", "", name))), ...rows);
		add(root, make("p", "sd-subtitle", table.title), make("p", "sd-note", table.caption), add(make("div", "sd-scroll"), drawn));
		if (table.small) root.append(make("p", "sd-small", table.small));
	}
};
drawWith((root, value) => {
	showCorpus(root, value);
});
