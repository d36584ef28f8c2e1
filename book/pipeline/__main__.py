"""``python -m book.pipeline``: build the book."""

from book.pipeline.endings import in_sentences

if __name__ == "__main__":
    with in_sentences():
        from book.pipeline.build import main  # here, since it takes seconds, in which Ctrl-C may come

        main()
