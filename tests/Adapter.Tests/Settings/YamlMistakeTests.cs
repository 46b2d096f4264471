using Bridge.Adapter.Settings;

namespace Bridge.Adapter.Tests.Settings;

/// <summary>
/// A settings file that is no YAML, or other YAML than was meant, is answered in words for the person who has written it.
/// </summary>
public sealed class YamlMistakeTests : IDisposable
{
    // What parsers and .NET say among programmers.
    private static readonly string[] Jargon = ["scann", "parsing", "scalar", "token", "node", "expected <", "Exception", "Parameter",
        "stream", "Specified"];

    private readonly string _file = Path.Combine(Directory.CreateTempSubdirectory("yaml-").FullName, "config.yaml");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_file)!, recursive: true);

    [Theory]
    [InlineData("log:\n\tlevel: debug\n", "2:1: this is not YAML: a tab stands where the line is indented; indent with spaces")]
    [InlineData("socket: \"/run/a\nlog: {}\n", "this is not YAML: a quote is opened here and never closed")]
    [InlineData("socket: '/run/a\n", "this is not YAML: a quote is opened here and never closed")]
    [InlineData("socket: \"/run/\\qa\"\n", "this is not YAML: in double quotes this \\ begins nothing that is known")]
    [InlineData("socket: \"\\u12\"\n", "this is not YAML: in double quotes \\x, \\u or \\U is followed by too few hexadecimal digits")]
    [InlineData("socket: @a\n", "this is not YAML: nothing can begin with this character; put the text in quotes")]
    [InlineData("socket: `a`\n", "this is not YAML: nothing can begin with this character; put the text in quotes")]
    [InlineData("log: {level: debug\ncalls: {}\n", "1:12: this is not YAML: a '{' or '[' is opened here and never closed")]
    [InlineData("sandboxPlugins: [a\nsocket: /a\n", "1:17: this is not YAML: a '{' or '[' is opened here and never closed")]
    [InlineData("sandboxPlugins:\n  - a\n b\n", "this is not YAML: ")]
    [InlineData("socket: /a\n  log: {}\n", "this is not YAML: this ': ' is one too many")]
    [InlineData("socket: a: b\n", "this is not YAML: this ': ' is one too many")]
    [InlineData("socket\nlog: {}\n",
        "this is not YAML: this ': ' is one too many: a text that holds it needs quotes, or the key in a line above lacks its own")]
    [InlineData("calls:\n    running: 1\n  waiting: 2\n", "this is not YAML: ")]
    [InlineData(
        "log:\n  level: debug\n\tformat: text\n", "3:1: this is not YAML: a tab stands where the line is indented; indent with spaces")]
    [InlineData("socket: *nobody\n", "1:9: socket: expected an absolute path, not the alias *nobody; write the value out")]
    [InlineData("socket: &\n", "this is not YAML: a text cannot begin with '&' or '*' unless it is in quotes")]
    [InlineData("socket: !<x /a\n", "this is not YAML: a text cannot begin with '!' unless it is in quotes")]
    [InlineData("socket: !e!x /a\n", "this is not YAML: a text cannot begin with '!' unless it is in quotes")]
    [InlineData("%YAML 1.2 x\nsocket: /a\n", "this is not YAML: ")]
    [InlineData("socket: /a\nsocket: /b\n", "2:1: socket is set twice")]
    [InlineData("autoNetworks: 1\n", "1:15: autoNetworks: \"1\" is neither true nor false")]
    [InlineData("log: [debug]\n", "1:6: log: expected keys and values (level, format, priorities)")]
    [InlineData("sandboxPlugins: {a: b}\n", "1:17: sandboxPlugins: expected a list of file names, for example [my-plugin]")]
    [InlineData("sandboxPlugin: []\n", "1:1: unknown key sandboxPlugin; did you mean sandboxPlugins?")]
    [InlineData("\0\u0001\u0002\u007fELF\0\0", "this is not YAML: ")]
    [InlineData("pluginEnvironment: [A=b]\n", "1:20: pluginEnvironment: expected names and values, for example {PROXY: http://10.0.0.1}")]
    [InlineData("pluginEnvironment: {PATH: /a}\n",
        "1:21: pluginEnvironment: \"PATH\" cannot be chosen: plugins find iptables and each other by it")]
    [InlineData("pluginEnvironment: {CNI_ARGS: a}\n",
        "1:21: pluginEnvironment: \"CNI_ARGS\" is set by the CNI specification")]
    [InlineData("pluginEnvironment: {A: }\n", "pluginEnvironment.A: expected a text; write '' for an empty one")]
    [InlineData("pluginEnvironment: {A: [b]}\n", "pluginEnvironment.A: expected a text; write '' for an empty one")]
    [InlineData("pluginEnvironment: {A: b, A: c}\n", "1:27: pluginEnvironment.A is set twice")]
    [InlineData("pluginEnvironment: {A: \"b\\0c\"}\n", "1:21: pluginEnvironment: \"A\" has a value with a zero byte")]
    public void A_YAML_mistake_is_explained_with_its_position(string yaml, string words)
    {
        File.WriteAllText(_file, yaml);

        var problem =
            FluentActions.Invoking(() => SettingsFile.Load(_file, mustExist: true)).Should().Throw<SettingsException>().Which.Problems
                .Should().ContainSingle().Which.ToString();

        problem.Should().StartWith(_file).And.Contain(words);
        Jargon.Where(word => problem[_file.Length..].Contains(word, StringComparison.Ordinal)).Should().BeEmpty(problem);
    }

    [Fact]
    public void A_binary_is_refused_in_the_same_way()
    {
        File.WriteAllBytes(_file, [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1, 0, 0xff, 0xfe, 0xc3, 0x28, 0]);

        FluentActions.Invoking(() => SettingsFile.Load(_file, mustExist: true)).Should().Throw<SettingsException>().WithMessage(
            $"{_file}:*this is not YAML: *");
    }

    [Fact]
    public void Variables_for_plugins_are_read_and_printed_whatever_their_values_hold()
    {
        var settings = new AdapterSettings
        {
            PluginEnvironment =
                new Dictionary<string, string> { ["A"] = "", ["b_2"] = "null", ["C"] = "it's: \"1\"\n# two\\é\u001b", ["D"] = "true" },
        };
        File.WriteAllText(_file, SettingsTable.ToYaml(settings));

        SettingsFile.Load(_file, mustExist: true).PluginEnvironment.Should().BeEquivalentTo(settings.PluginEnvironment);
    }
}
