drawWith((root, value) => {
	const box = make("div", `sd-message sd-message-${value.kind}`);
	box.setAttribute("role", value.kind === "note" ? "status" : "alert");
	box.append(make("span", "sd-message-mark", value.kind === "note" ? "i" : "!"));
	box.append(make("span", "", value.text));
	root.append(box);
	// Where the form is long, the button is far from here.
	if (value.kind !== "note") requestAnimationFrame(() => box.scrollIntoView({ block: "nearest" }));
});
