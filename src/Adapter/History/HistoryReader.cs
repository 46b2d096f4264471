using System.Text;
using System.Text.Json;

namespace Bridge.Adapter.History;

/// <summary>Reads the ring, also while the daemon writes it, and after a crash: lines that are no event are ignored.</summary>
/// <param name="directory">STATE/history.</param>
internal sealed class HistoryReader(string directory)
{
    /// <summary>The events in their order.</summary>
    /// <param name="end">Where to stop; null: at the end.</param>
    /// <param name="mentioned">Only events whose line contains one of these texts; null: all.</param>
    /// <exception cref="UnauthorizedAccessException">Only root may read them.</exception>
    public IEnumerable<HistoryEvent> Read(HistoryPosition? end = null, IReadOnlyList<string>? mentioned = null)
    {
        byte[][]? wanted = mentioned is null ? null : [.. mentioned.Select(Encoding.UTF8.GetBytes)];
        foreach (var (number, path) in HistorySegments.In(directory))
        {
            if (end is not null && number > end.Segment)
                yield break;

            foreach (var line in Lines(path, number == end?.Segment ? end.Offset : long.MaxValue))
            {
                if (Mentions(line, wanted) && Parse(line) is { } found)
                    yield return found;
            }
        }
    }

    /// <returns>Null: the line is no event, or one of a newer version.</returns>
    public static HistoryEvent? Parse(ReadOnlySpan<byte> line)
    {
        try
        {
            return line.IsEmpty ? null : JsonSerializer.Deserialize(line, HistoryJson.Default.HistoryEvent);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool Mentions(byte[] line, byte[][]? wanted) => wanted?.Any(text => line.AsSpan().IndexOf(text) >= 0) ?? true;

    // The writer may remove a file at any time.
    private static IEnumerable<byte[]> Lines(string path, long end)
    {
        byte[] content;
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            content = new byte[Math.Min(file.Length, end)];
            content = content[..file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false)];
        }
        catch (FileNotFoundException)
        {
            yield break;
        }

        for (var start = 0; start < content.Length;)
        {
            var length = content.AsSpan(start).IndexOf((byte)'\n');
            if (length < 0)
                yield break; // Cut off, or being written.

            yield return content[start..(start + length)];
            start += length + 1;
        }
    }
}
