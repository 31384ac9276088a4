"""Question answering: a question and a context in, a span of the context out."""

from shiftdemo.core.samples import QuestionSample
from shiftdemo.core.task_spec import TASKS, TaskSpec, WorkedExample

TASKS.register(
    TaskSpec(
        name="question_answering",
        title="Question answering",
        label="question answering",
        rank=6,
        sample=QuestionSample,
        columns=("question", "context", "answer"),
        beside=("start",),
        in_corpus=True,
        documents=True,
        allows=frozenset(("prefix", "join")),
        head="QuestionAnswering",
        scores="answers",
        score_name="answer F1",
        accuracy_name="start and end accuracy",
        reads="source.its_question",
        shuffled="source.shuffled_questions",
        from_scratch={"steps": 800, "learning_rate": 2e-3, "dropout": 0.0},
        pipeline="question-answering",
        worked=WorkedExample(
            "Where did Anna go?\n"
            "Paul bought a bicycle. Anna went to Paris. The cook ate the bread.",
            "Paris",
        ),
        typed=(
            "Where did Anna go?\n"
            "Paul bought a bicycle. Anna went to Paris. The cook ate the bread.",
            "Who read the letter?\n"
            "Clara read the letter. Hugo drove a van. The nurse drank the tea.",
        ),
    )
)
