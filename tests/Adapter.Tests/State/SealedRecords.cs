using System.Text;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Tests.State;

/// <summary>Files of records that no cnm-cni has written, with a checksum that is right.</summary>
internal static class SealedRecords
{
    /// <param name="json">One object.</param>
    public static void Write(string file, string json) =>
        File.WriteAllBytes(file, RecordChecksum.Seal(Encoding.UTF8.GetBytes($"{json.TrimEnd()[..^1].TrimEnd()}\n}}")));

    /// <summary>Replaces a part of a record.</summary>
    public static async Task ChangeAsync(string file, string written, string found)
    {
        var text = await File.ReadAllTextAsync(file);
        text.Should().Contain(written);
        Write(file, text[..text.LastIndexOf(',')].Replace(written, found, StringComparison.Ordinal) + "}");
    }
}
