drawWith((root, value) => {
	root.append(make("span", `sd-dot sd-dot-${value.state}`), make("span", "", value.text));
});
