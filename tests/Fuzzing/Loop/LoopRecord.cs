using System.IO.MemoryMappedFiles;

namespace Bridge.Fuzzing.Loop;

/// <summary>
/// How far a loop has come and the input that it reads, in a file that both the loop and its watcher map: whatever becomes of the loop, the
/// input is there.
/// </summary>
/// <remarks>Layout: executions (8 bytes), edges, corpus size, findings, input length (4 each), input.</remarks>
internal sealed class LoopRecord : IDisposable
{
    private const int Header = 24;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    public LoopRecord(string path)
    {
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.OpenOrCreate, mapName: null, Header + Mutation.Mutator.LongestInput);
        _view = _file.CreateViewAccessor();
    }

    public long Executions => _view.ReadInt64(0);

    public int Edges
    {
        get => _view.ReadInt32(8);
        set => _view.Write(8, value);
    }

    public int CorpusSize
    {
        get => _view.ReadInt32(12);
        set => _view.Write(12, value);
    }

    public int Findings
    {
        get => _view.ReadInt32(16);
        set => _view.Write(16, value);
    }

    public byte[] Input
    {
        get
        {
            var input = new byte[_view.ReadInt32(20)];
            _view.SafeMemoryMappedViewHandle.ReadSpan(Header, input.AsSpan());
            return input;
        }
    }

    /// <summary>To be called before an input is read.</summary>
    public void Begin(ReadOnlySpan<byte> input)
    {
        _view.Write(20, input.Length);
        _view.SafeMemoryMappedViewHandle.WriteSpan(Header, input);
        _view.Write(0, Executions + 1);
    }

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }
}
