namespace Bridge.Adapter.Advice;

/// <summary>How much a note weighs.</summary>
internal enum Severity
{
    /// <summary>The network, or the file, cannot work.</summary>
    Error,

    /// <summary>It works, but not as it seems.</summary>
    Warning,

    /// <summary>What works, and what it needs. Changes no exit code.</summary>
    Note,
}

/// <summary>What a rule says of a configuration file.</summary>
/// <param name="Severity">How much it weighs.</param>
/// <param name="File">The file's path.</param>
/// <param name="Network">The CNI network's name; null where the file has none.</param>
/// <param name="Message">A text with what to do, without the file's name.</param>
internal sealed record Note(Severity Severity, string File, string? Network, string Message)
{
    /// <summary>The position, as in <c>$.plugins[1].mtu</c>; null for the file as a whole.</summary>
    public string? JsonPath { get; init; }

    /// <summary>The other files, where several disagree.</summary>
    public IReadOnlyList<string> OtherFiles { get; init; } = [];

    public bool IsOf(string file) => File == file || OtherFiles.Contains(file, StringComparer.Ordinal);
}
