// Shared by every drawn component. Text is written with textContent only, never as HTML.
const make = (tag, name, text) => {
	const made = document.createElement(tag);
	if (name) made.className = name;
	if (text !== undefined && text !== null) made.textContent = String(text);
	return made;
};
const add = (parent, ...children) => {
	parent.append(...children.filter((child) => child));
	return parent;
};
const drawWith = (draw) => {
	const redraw = () => {
		const root = element.querySelector(".sd-drawn");
		if (!root) return;
		root.replaceChildren();
		if (props.value !== null && props.value !== undefined && props.value !== "") {
			draw(root, JSON.parse(props.value));
		}
	};
	redraw();
	watch("value", redraw);
};
