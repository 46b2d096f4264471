using CniInvoker;
using YamlDotNet.Core;

namespace Bridge.Adapter.Settings;

/// <summary>Reads the settings file: YAML, every key optional, unknown keys refused.</summary>
internal static class SettingsFile
{
    /// <summary>Read when no other file is named; it need not exist.</summary>
    public const string DefaultPath = "/etc/cnm-cni/config.yaml";

    /// <param name="path">The file.</param>
    /// <param name="mustExist">Whether somebody asked for this very file. The default file may be absent, which means all defaults.</param>
    /// <exception cref="SettingsException">The file cannot be read, or says something that is not understood: all problems at once.</exception>
    public static AdapterSettings Load(string path, bool mustExist)
    {
        try
        {
            using var text = new StreamReader(path);
            return Read(text.ReadToEnd(), path);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return mustExist
                ? throw Unreadable(path, "there is no such file. Leave --config out to run with the defaults")
                : new AdapterSettings();
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, $"the file cannot be read: {(Directory.Exists(path) ? "it is a directory" : unreadable is UnauthorizedAccessException ? "permission denied; try it as root" : SystemWords.Of(unreadable))}");
        }
    }

    private static AdapterSettings Read(string text, string path)
    {
        var problems = new SettingsProblems(path);
        var settings = new AdapterSettings();
        if (text.Contains('\0'))
        {
            throw Unreadable(path, "this is not YAML: it is no text");
        }

        var parser = new Parser(new StringReader(text));
        try
        {
            settings = SettingsKeys.Read(parser, problems);
        }
        catch (Exception syntax) when (syntax is YamlException or ArgumentException or InvalidOperationException)
        {
            // After a syntax error nothing that follows can be trusted; what was found before it is still worth telling.
            problems.Add(YamlWords.Place(syntax, parser, text), $"this is not YAML: {YamlWords.Of(syntax)}");
        }

        return problems.Found.Count == 0 ? settings : throw new SettingsException(problems.Found);
    }

    private static SettingsException Unreadable(string path, string message) => new([new SettingsProblem(path, 0, 0, message)]);
}
