// Where a run is: a bar, figures with their explanations, notes, and a table of held-out figures.
// A screen reader hears the state when it changes and a summary now and then, not every redraw.
const live = make("div", "sd-live");
live.setAttribute("role", "status");
element.append(live);
const EVERY = 15000;
let heard = { state: "", at: 0 };
let open = false;
drawWith((root, value) => {
	if (value.state && (value.state !== heard.state || Date.now() - heard.at > EVERY)) {
		heard = { state: value.state, at: Date.now() };
		live.textContent = [value.state, value.said].filter(Boolean).join(": ");
	}
	const box = make("div", "sd-run");
	const head = add(make("div", "sd-run-head"), make("span", "sd-state", value.state));
	if (value.brief) head.append(make("span", "sd-brief", value.brief));
	if (value.state) box.append(head);
	if (value.run) box.append(make("div", "sd-note", value.run));
	if (value.fraction !== null && value.fraction !== undefined) {
		const bar = make("div", "sd-progress");
		bar.setAttribute("role", "progressbar");
		bar.setAttribute("aria-valuenow", Math.round(100 * value.fraction));
		const done = make("div");
		done.style.width = `${100 * value.fraction}%`;
		box.append(add(bar, done));
	}
	if (value.figures) {
		const figures = make("div", "sd-figures");
		for (const [figure, help] of value.figures) {
			figures.append(add(make("div", "sd-figure"), make("b", "", figure), make("span", "", help)));
		}
		if (value.fold && value.figures.length) {
			const fold = make("details", "sd-details");
			fold.open = open;
			fold.ontoggle = () => (open = fold.open);
			box.append(add(fold, make("summary", "", value.fold), figures));
		} else box.append(figures);
	}
	for (const note of value.notes || []) box.append(make("p", "sd-note sd-note-strong", note));
	root.append(box);
});
