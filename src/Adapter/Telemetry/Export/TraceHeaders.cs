using CniInvoker;

namespace Bridge.Adapter.Telemetry.Export;

/// <summary>The file with the headers of every request to the receiver of spans, such as its key.</summary>
internal static class TraceHeaders
{
    private const int LongestFile = 16 << 10;

    private const string TokenCharacters = "!#$%&'*+-.^_`|~"; // RFC 9110, section 5.6.2, besides letters and digits.

    /// <param name="path">Null: there is none.</param>
    /// <exception cref="IOException">It cannot be read, others than root can, or a line of it is no header.</exception>
    public static IReadOnlyList<KeyValuePair<string, string>> Read(string? path)
    {
        if (path is null)
            return [];

        if (LibC.KindOf(path) is not FileKind.File and var kind)
            throw new IOException(kind is { } other ? $"{path} is a {other.Text()}, not an ordinary file" : $"there is no file {path}");

        using var file = LibC.OpenFile(path);
        var status = LibC.Status(file);
        if (!status.IsOwnersAlone)
            throw new IOException($"{path} must belong to root, and nobody else may use it: chown root {path}; chmod 600 {path}");

        if (status.stx_size > LongestFile)
            throw new IOException($"{path} is larger than {LongestFile >> 10} KiB, which no headers are");

        using var text = new StreamReader(new FileStream(file, FileAccess.Read));
        return [.. text.ReadToEnd().Split('\n').Select((line, index) => ReadLine(line.Trim(), $"{path}:{index + 1}")).OfType<Header>()
            .Select(header => KeyValuePair.Create(header.Name, header.Value))];
    }

    // The line itself is secret, so the error does not show it.
    private static Header? ReadLine(string line, string place)
    {
        if (line.Length == 0 || line[0] == '#')
            return null;

        var (name, value) = line.IndexOf(':') is > 0 and var colon ? (line[..colon].Trim(), line[(colon + 1)..].Trim()) : ("", "");
        return name.Length > 0 && name.All(letter => char.IsAsciiLetterOrDigit(letter) || TokenCharacters.Contains(letter))
            && value.Length > 0 && value.All(letter => letter is >= ' ' and <= '~')
                ? new Header(name, value)
                : throw new IOException($"{place}: expected a header, Name: value, in ASCII");
    }

    private sealed record Header(string Name, string Value);
}
