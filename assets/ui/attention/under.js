// Under the figure: the row that is pinned, the figures of the head, and predictions that changed.
const bars = (items, title) => {
	const box = add(make("div", "sd-attention-bars"), make("b", "", title));
	const most = Math.max(1e-6, ...items.map(([, v]) => Math.abs(v)));
	for (const [label, v] of items) {
		const bar = make("i", v < 0 ? "sd-bar-down" : "sd-bar-up");
		bar.style.width = `${(70 * Math.abs(v)) / most}px`;
		add(box, add(make("div", "sd-attention-bar"), make("span", "", label), bar, make("small", "", number(v, false))));
	}
	return box;
};
const strongest = (values, names) =>
	values
		.map((v, i) => [names[i], v])
		.sort((a, b) => Math.abs(b[1]) - Math.abs(a[1]))
		.slice(0, 6);

const chip = (text, press) => {
	const button = make("button", "sd-chip", text);
	button.type = "button";
	button.onclick = press;
	return button;
};

// The word of the sentence that a row stands for; null where it stands for none that can be masked.
const wordOf = (lab) => {
	const inside = lab.map.kind === "encoder" || lab.value.maps.length === 1;
	const word = inside ? lab.map.query_words[look.pin] : null;
	return word === undefined || word === null || word < 0 ? null : word;
};

const pinned = (lab, release, mask) => {
	const { labels, map, sources, gradients } = lab;
	const box = make("div", "sd-attention-pinned");
	const row = arranged(map, sources[0].one, look.heads, look).rows.findIndex((one) => one.at.includes(look.pin));
	if (row < 0) return box;
	const head = add(make("div"), make("b", "", `${labels.pinned.replace("{token}", map.queries[look.pin])} `), chip(labels.unpin, release));
	const word = wordOf(lab);
	if (mask && word !== null && !lab.value.masked.includes(word)) head.append(" ", chip(labels.mask, () => mask(word)));
	const lists = make("div", "sd-attention-lists");
	for (const { one, title } of sources) {
		const own = arranged(map, one, look.heads, look);
		const out = one.by_row && one.predicted[look.pin] ? ` · ${labels.predicts} ${one.predicted[look.pin]} (${one.sure[look.pin].toFixed(2)})` : "";
		lists.append(bars(strongest(own.values[row], own.columns.map((c) => c.label)), `${title}${out}: ${labels.strongest}`));
	}
	const known = gradients?.pin === look.pin;
	for (const { arm, mark, name } of known ? lab.arms : []) {
		for (const [part, tokens] of [["source", lab.value.maps[0].keys], ["target", lab.value.maps.at(-1).queries]]) {
			const values = gradients.found[arm]?.[part];
			if (values?.some((v) => v)) lists.append(bars(strongest(values, tokens), `${mark} ${name}: ${labels.gradient}, ${labels[`side_${part}`]}`));
		}
	}
	add(box, head, lists);
	if (known) box.append(make("p", "sd-note", labels.gradient_note));
	return box;
};

const outputs = (lab) => {
	const { labels, value } = lab;
	const box = make("div", "sd-attention-outputs");
	const last = value.maps.at(-1);
	for (const { arm, mark, name } of value.shift.changed ? value.arms : []) {
		const own = last.arms[arm];
		if (!own?.before?.predicted.length) continue;
		const changes = own.now.predicted.map((now, i) => [now, own.before.predicted[i], i]).filter(([now, was]) => now !== was);
		const told = changes.map(([now, was, i]) => `${own.now.by_row ? `${last.queries[i]}: ` : ""}${was || "–"} → ${now || "–"}`);
		const more = told.length > 12 ? ` … (${told.length})` : "";
		const line = make("p", "sd-attention-changes");
		line.append(make("b", `sd-arm-${arm}`, `${mark} ${name} · ${labels.outputs}, ${value.shift.place}: `));
		line.append(told.length ? told.slice(0, 12).join(" · ") + more : labels.no_change);
		box.append(line);
	}
	return box;
};

const stats = (lab) => {
	const { labels, sources } = lab;
	const table = make("table", "sd-table sd-attention-stats");
	table.append(add(make("tr"), make("th", "", labels.figures), ...sources.map(({ title }) => make("th", "", title))));
	for (const name of Object.keys(sources[0].one.stats)) {
		const mean = ({ one }) => look.heads.reduce((sum, [l, h]) => sum + one.stats[name][l][h], 0) / look.heads.length;
		table.append(add(make("tr"), make("td", "", labels[`stat_${name}`]), ...sources.map((one) => make("td", "", mean(one).toFixed(2)))));
	}
	return table;
};

const notes = (lab) => {
	const { labels, map } = lab;
	const said = [map.kind === "decoder" ? labels.reads : map.kind === "cross" ? labels.cross_reads : ""];
	if (look.merge) said.push(labels.merge_note);
	if ((!look.special || look.threshold) && !look.renormalise) said.push(labels.hidden_note);
	if (look.pin < 0 && look.view === "heat") said.push(labels.pin);
	if (map.missing) said.push(labels.missing);
	return make("p", "sd-note", [...said, ...lab.value.notes].filter(Boolean).join(" "));
};

// What stands at the mouse: the two tokens, the weights of every panel, what the row predicts.
const tipOf = (lab, at) => {
	const { labels, drawn: panels } = lab;
	const { rows, columns } = panels[0];
	const row = rows[at.row];
	const lines = [make("b", "", at.column < 0 ? row.label : `${row.label} → ${columns[at.column].label}`)];
	if (at.column >= 0) lines.push(...panels.map((panel) => make("div", "", `${panel.title}: ${number(panel.values[at.row][at.column], panel.change)}`)));
	for (const { one, title } of lab.sources) {
		const own = row.at[0];
		if (one.by_row && one.predicted[own]) lines.push(make("div", "", `${title} ${labels.predicts}: ${one.predicted[own]} (${one.sure[own].toFixed(2)})`));
		const left = one.outside ? meanOf(one.outside, look.heads)[own] : 0;
		if (left > 0.005) lines.push(make("div", "", `${title}, ${labels.outside}: ${number(left)}`));
	}
	return lines;
};
