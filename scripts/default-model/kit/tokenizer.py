"""CLIP's byte-pair tokenizer, over the vocabulary file that the product ships."""
import gzip
import html
import os
import re

START, END, LENGTH = 49406, 49407, 77
VOCABULARY = os.path.join(os.path.dirname(__file__), '../../../server/assets/bpe_simple_vocab_16e6.txt.gz')
# The vocabulary file's first line is a version; the merges CLIP uses are the 48894 after it.
MERGES = slice(1, 49152 - 256 - 2 + 1)
# The reference pattern uses \p{L} and \p{N}; in Python's re a letter is a word character that is neither digit nor
# underscore, and symbols are whatever is neither word character nor space.
WORDS = re.compile(r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[^\W\d_]+|\d|(?:[^\w\s]|_)+", re.I)


def byte_symbols():
    """One printable character for each of the 256 byte values, in vocabulary order."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [b for b in range(256) if b not in set(plain)]
    return {b: chr(c) for b, c in [*((b, b) for b in plain), *((b, 256 + i) for i, b in enumerate(rest))]}


class Tokenizer:
    """`words[id]` is a token's text, whole words ending in `</w>`."""

    def __init__(self):
        with gzip.open(VOCABULARY, 'rt', encoding='utf-8') as f:
            lines = f.read().split('\n')
        pairs = [tuple(line.split()) for line in lines[MERGES]]
        self.symbol = byte_symbols()
        single = list(self.symbol.values())
        self.words = [*single, *(s + '</w>' for s in single), *(a + b for a, b in pairs), '<|startoftext|>', '<|endoftext|>']
        self.index = {w: i for i, w in enumerate(self.words)}
        self.rank = {p: i for i, p in enumerate(pairs)}
        self.cache = {'<|startoftext|>': [START], '<|endoftext|>': [END]}

    def merge(self, word):
        parts = [*word[:-1], word[-1] + '</w>']
        while len(parts) > 1:
            best = min(zip(parts, parts[1:]), key=lambda p: self.rank.get(p, 1 << 30))
            if best not in self.rank:
                break
            merged, i = [], 0
            while i < len(parts):
                if tuple(parts[i:i + 2]) == best:
                    merged.append(parts[i] + parts[i + 1])
                    i += 2
                else:
                    merged.append(parts[i])
                    i += 1
            parts = merged
        return [self.index[p] for p in parts]

    def encode(self, text):
        """Token ids of a text, without start and end marks."""
        text = re.sub(r'\s+', ' ', html.unescape(html.unescape(text))).strip().lower()
        ids = []
        for word in WORDS.findall(text):
            if word not in self.cache:
                self.cache[word] = self.merge(''.join(self.symbol[b] for b in word.encode('utf-8')))
            ids += self.cache[word]
        return ids

    def __call__(self, text, length=LENGTH):
        """Ids with start mark, end mark and end marks as padding: exactly `length` of them."""
        ids = [START, *self.encode(text)[:length - 2], END]
        return ids + [END] * (length - len(ids))
