namespace Bridge.Adapter.Telemetry;

/// <summary>What others wrote may be a whole sentence already.</summary>
internal static class Sentence
{
    /// <summary>With a full stop, and not with two.</summary>
    public static string End(string text) => text.TrimEnd() is [.., '.' or '!' or '?'] ended ? ended : $"{text.TrimEnd()}.";
}
