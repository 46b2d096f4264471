using Bridge.Fuzzing.Mutation;
using Bridge.Fuzzing.Targets;

namespace Bridge.Fuzzing.Loop;

/// <summary>Reads changed inputs for as long as it may, and goes on from those that led somewhere new.</summary>
internal sealed class FuzzLoop(IFuzzTarget target, LoopRecord record, Coverage coverage, Findings findings, Random random)
{
    private const int MostFindings = 20;
    private const int RunsBetweenLooksAtTheClock = 64;

    // What was found last is where it goes on; older inputs are returned to now and then.
    private const int Latest = 24;

    private readonly List<byte[]> _corpus = [];
    private readonly Mutator _mutator = new(random);

    /// <summary>The inputs that led somewhere new, in the order in which they did.</summary>
    public IReadOnlyList<byte[]> Corpus => _corpus;

    public void Run(IReadOnlyList<byte[]> seeds, Func<bool> isOver)
    {
        foreach (var seed in seeds)
            Try(seed);

        if (_corpus.Count == 0)
            _corpus.Add([]);

        for (var run = 1; findings.Count < MostFindings && (run % RunsBetweenLooksAtTheClock != 0 || !isOver()); run++)
            Try(_mutator.Mutate(Pick(), _corpus[random.Next(_corpus.Count)]));
    }

    /// <summary>The edges that an input leads over.</summary>
    public IReadOnlyList<int> EdgesOf(byte[] input)
    {
        Fail(input);
        return coverage.Taken();
    }

    private void Try(byte[] input)
    {
        var failure = Fail(input);
        var isNew = coverage.Learn();
        if (failure is not null)
            Keep(input, failure);
        else if (isNew)
            _corpus.Add(input);

        (record.Edges, record.CorpusSize, record.Findings) = (coverage.Edges, _corpus.Count, findings.Count);
    }

    private void Keep(byte[] input, Exception failure)
    {
        var kind = Findings.Kind(failure);
        if (findings.IsNew(kind))
        {
            var smallest = Shrinking.Shrink(input, smaller => Fail(smaller) is { } same && Findings.Kind(same) == kind);
            findings.Save(kind, smallest, Fail(smallest)!.ToString());
        }
    }

    private byte[] Pick()
    {
        var from = random.Next(2) == 0 ? Math.Max(0, _corpus.Count - Latest) : 0;
        return _corpus[random.Next(from, _corpus.Count)];
    }

    private Exception? Fail(byte[] input)
    {
        record.Begin(input);
        coverage.Restart();
        try
        {
            target.Run(input);
            return null;
        }
        catch (Exception failure)
        {
            // Whatever a target lets through is what is looked for.
            return failure;
        }
    }
}
