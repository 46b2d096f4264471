using System.Buffers;
using System.Text;
using System.Text.Unicode;
using CniInvoker;
using YamlDotNet.Core;

namespace Bridge.Adapter.Settings;

/// <summary>Reads the settings file: YAML, every key optional, unknown keys refused.</summary>
internal static class SettingsFile
{
    /// <summary>Read when no other file is named; it need not exist.</summary>
    public const string DefaultPath = "/etc/cnm-cni/config.yaml";

    private const int Longest = 1 << 20;

    /// <param name="path">The file.</param>
    /// <param name="mustExist">Whether the user named this file. The default file may be absent, which means all defaults.</param>
    /// <exception cref="SettingsException">The file cannot be read or is invalid: all problems at once.</exception>
    public static AdapterSettings Load(string path, bool mustExist)
    {
        if (path.Length == 0)
            throw new SettingsException(
                [new SettingsProblem("--config", 0, 0, "the name of the file is empty. Leave --config out to run with the defaults")]);

        try
        {
            // An absent file is the usual case, and no exception: the first one costs a command a tenth of its time.
            return Text(path) is { } text ? Read(text, path)
                : mustExist ? throw Unreadable(path, "there is no such file. Leave --config out to run with the defaults")
                : new AdapterSettings();
        }
        catch (KernelException refused) when (refused.Errno == Errno.EACCES)
        {
            throw Unreadable(path, "the file cannot be read: permission denied; try it as root");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, $"the file cannot be read: {ErrorText.Of(unreadable)}");
        }
    }

    // Opens regular files only, also through links: reading a pipe may block without end, and a device may have no end.
    private static string? Text(string path)
    {
        if (LibC.KindOf(path) is null)
            return null;

        var file = Target(path);
        switch (LibC.KindOf(file))
        {
            case null when file != path:
                throw Unreadable(path, $"the file cannot be read: it is a link to {new FileInfo(path).LinkTarget}, where there is no file");
            case null:
                return null;
            case FileKind.CharacterDevice when file == "/dev/null":
                return ""; // As many write "no file at all".
            case not FileKind.File and { } other:
                throw Unreadable(path, $"the file cannot be read: it is a {other.Text()}");
        }

        using var handle = LibC.OpenFile(file);
        var content = new byte[Longest + 1];
        var length = 0;
        while (length < content.Length && RandomAccess.Read(handle, content.AsSpan(length), length) is > 0 and var count)
            length += count;

        if (length > Longest)
            throw Unreadable(path, $"the file cannot be read: it is larger than {Longest >> 20} MiB, which no settings are");

        return Decoded(content.AsSpan(0, length), path);
    }

    // Invalid bytes are refused: replaced, they would name another path.
    private static string Decoded(ReadOnlySpan<byte> content, string path)
    {
        if (content.StartsWith(Encoding.Unicode.Preamble) || content.StartsWith(Encoding.BigEndianUnicode.Preamble))
            throw Unreadable(path, "this is written in UTF-16; save the file as UTF-8");

        if (content.Contains((byte)0))
            throw Unreadable(path, "this is not YAML: it is no text");

        var text = content.StartsWith(Encoding.UTF8.Preamble) ? content[Encoding.UTF8.Preamble.Length..] : content;
        return Utf8.IsValid(text)
            ? Encoding.UTF8.GetString(text)
            : throw new SettingsException(
                [new SettingsProblem(path, 1 + text[..FirstInvalid(text)].Count((byte)'\n'), 1,
                "there is a byte in this line that is not UTF-8; save the file as UTF-8")]);
    }

    private static int FirstInvalid(ReadOnlySpan<byte> text)
    {
        var index = 0;
        while (Rune.DecodeFromUtf8(text[index..], out _, out var length) == OperationStatus.Done)
            index += length;

        return index;
    }

    private static string Target(string path)
    {
        try
        {
            return new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? path;
        }
        catch (IOException) when (new FileInfo(path).LinkTarget is { } target)
        {
            throw Unreadable(path, $"the file cannot be read: it is a link to {target}, which leads back to itself");
        }
    }

    private static AdapterSettings Read(string text, string path)
    {
        var problems = new SettingsProblems(path);
        var settings = new AdapterSettings();
        var parser = new Parser(new StringReader(text));
        try
        {
            settings = SettingsTable.Read(parser, problems);
        }
        catch (Exception syntax) when (syntax is YamlException or ArgumentException or InvalidOperationException)
        {
            // The rest after a syntax error is not read; the problems before it are still reported.
            problems.Add(YamlErrors.Place(syntax, parser, text), $"this is not YAML: {YamlErrors.Describe(syntax)}");
        }

        return problems.Found.Count == 0 ? settings : throw new SettingsException(problems.Found);
    }

    private static SettingsException Unreadable(string path, string message) => new([new SettingsProblem(path, 0, 0, message)]);
}

/// <summary>The settings file is invalid. The message lists every problem, so that one edit suffices.</summary>
internal sealed class SettingsException(IReadOnlyList<SettingsProblem> problems) : Exception(string.Join('\n', problems))
{
    public IReadOnlyList<SettingsProblem> Problems { get; } = problems;
}

/// <summary>One mistake in a settings file. Line and column count from 1; line 0 means the file as a whole.</summary>
internal sealed record SettingsProblem(string File, long Line, long Column, string Message)
{
    /// <summary>The form editors and terminals make clickable.</summary>
    public override string ToString() => Line == 0 ? $"{File}: {Message}" : $"{File}:{Line}:{Column}: {Message}";
}

/// <summary>Collects the problems of one file while it is read to its end.</summary>
internal sealed class SettingsProblems(string file)
{
    private readonly List<SettingsProblem> _found = [];

    public IReadOnlyList<SettingsProblem> Found => _found;

    public void Add(Mark position, string message) => _found.Add(new SettingsProblem(file, position.Line, position.Column, message));
}
