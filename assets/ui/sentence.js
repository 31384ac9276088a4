// The run that is set, as one sentence, and what is wrong with it where that is known before.
drawWith((root, value) => {
	root.append(make("p", "sd-sentence", value.text));
	if (value.warning) root.append(make("p", "sd-note sd-note-strong", value.warning));
});
