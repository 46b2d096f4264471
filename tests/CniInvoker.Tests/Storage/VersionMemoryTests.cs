using System.Diagnostics;
using System.Text.Json.Nodes;

namespace CniInvoker.Tests.Storage;

/// <summary>What processes share of the answers to VERSION. Each runtime here stands for a process of its own.</summary>
public sealed class VersionMemoryTests : IDisposable
{
    private const UnixFileMode OwnersDirectory = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly ScriptedPlugins _plugins = new();
    private readonly string _directory;

    public VersionMemoryTests() => _directory = Path.Combine(_plugins.Directory, "run", "versions");

    private string File => Path.Combine(_directory, "versions.json");

    private string Plugin => Path.Combine(_plugins.Directory, "first");

    public void Dispose() => _plugins.Dispose();

    [Fact]
    public async Task The_next_process_does_not_ask_a_plugin_again()
    {
        _plugins.With("first").With("second");

        await AddAsync("first", "second");
        await AddAsync("first", "second");

        _plugins.Probes.Should().Equal("VERSION first", "VERSION second");
        _plugins.Runs.Should().HaveCount(4);
    }

    [Fact]
    public async Task Without_a_directory_each_process_asks_for_itself()
    {
        _plugins.With("first");

        await AddAsync(_plugins.Runtime(), "first");
        await AddAsync(_plugins.Runtime(), "first");

        _plugins.Probes.Should().HaveCount(2);
    }

    [Fact]
    public async Task Directory_and_file_are_readable_by_their_owner_alone()
    {
        _plugins.With("first");

        await AddAsync("first");

        System.IO.File.GetUnixFileMode(_directory).Should().Be(OwnersDirectory);
        System.IO.File.GetUnixFileMode(File).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Directory.GetFiles(_directory).Should().Equal(File);
    }

    [Fact]
    public async Task A_changed_binary_is_asked_again_also_where_size_and_time_of_modification_stay()
    {
        _plugins.With("first");
        await AddAsync("first");
        var modified = System.IO.File.GetLastWriteTimeUtc(Plugin);

        System.IO.File.WriteAllText(Plugin, System.IO.File.ReadAllText(Plugin).Replace("1.1.0", "1.1.1", StringComparison.Ordinal));
        System.IO.File.SetLastWriteTimeUtc(Plugin, modified);
        await AddAsync("first");
        await AddAsync("first");

        _plugins.Probes.Should().HaveCount(2);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("[]")]
    [InlineData("{\"PLUGIN\":7}")]
    [InlineData("{\"PLUGIN\":{\"binary\":7,\"cniVersion\":\"1.0.0\",\"supportedVersions\":[\"1.0.0\"]}}")]
    [InlineData("{\"PLUGIN\":{\"binary\":\"0:0 0 0 0.0 0.0\",\"cniVersion\":\"1.0.0\",\"supportedVersions\":[\"1.0.0\"]}}")]
    public async Task A_damaged_file_is_ignored_and_replaced(string content)
    {
        _plugins.With("first");
        await AddAsync("first");

        System.IO.File.WriteAllText(File, content.Replace("PLUGIN", Plugin, StringComparison.Ordinal));
        await AddAsync("first");
        await AddAsync("first");

        _plugins.Probes.Should().HaveCount(2);
    }

    [Theory]
    [InlineData("""[]""")]
    [InlineData("""["many"]""")]
    [InlineData("""[7]""")]
    public async Task An_entry_that_no_plugin_could_have_answered_is_ignored(string supported)
    {
        _plugins.With("first");
        await AddAsync("first");

        Forge(supported);
        await AddAsync("first");

        _plugins.Probes.Should().HaveCount(2);
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    public async Task A_file_to_which_others_have_rights_is_ignored(UnixFileMode more)
    {
        _plugins.With("first");
        await AddAsync("first");

        System.IO.File.SetUnixFileMode(File, UnixFileMode.UserRead | UnixFileMode.UserWrite | more);
        await AddAsync("first");

        _plugins.Probes.Should().HaveCount(2);
        System.IO.File.GetUnixFileMode(File).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task A_file_in_a_directory_that_others_may_write_to_is_ignored()
    {
        _plugins.With("first");
        await AddAsync("first");

        System.IO.File.SetUnixFileMode(_directory, OwnersDirectory | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute);
        await AddAsync("first");

        _plugins.Probes.Should().HaveCount(2);
    }

    [Fact]
    public async Task A_file_of_another_user_is_ignored()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root can give a file away.");
        _plugins.With("first");
        await AddAsync("first");

        using var chown = Process.Start("chown", ["65534", File]);
        await chown.WaitForExitAsync(TestContext.Current.CancellationToken);
        await AddAsync("first");

        _plugins.Probes.Should().HaveCount(2);
    }

    [Fact]
    public async Task A_link_in_place_of_the_file_is_not_followed()
    {
        _plugins.With("first");
        await AddAsync("first");

        System.IO.File.Move(File, File + ".elsewhere");
        System.IO.File.CreateSymbolicLink(File, File + ".elsewhere");
        await AddAsync("first");

        _plugins.Probes.Should().HaveCount(2);
    }

    [Fact]
    public async Task No_plugin_is_refused_because_of_what_is_remembered_of_it()
    {
        _plugins.With("first");
        await AddAsync("first");

        Forge("""["0.4.0"]"""); // As a wrapper script that has not changed, while the program behind it has.
        await AddAsync("first");

        _plugins.Runs.Should().Equal("ADD first", "ADD first");
        _plugins.Probes.Should().HaveCount(2);
    }

    [Fact]
    public async Task Validation_asks_the_plugin_itself()
    {
        _plugins.With("first");
        await AddAsync("first");

        await Runtime().ValidateAsync(ScriptedPlugins.NetworkOf("first"), TestContext.Current.CancellationToken);

        _plugins.Probes.Should().HaveCount(2);
    }

    [Fact]
    public async Task The_file_stays_small_however_many_plugins_there_are()
    {
        var types = Enumerable.Range(0, 70).Select(number => $"plugin{number}").ToArray();
        foreach (var type in types)
            _plugins.With(type);

        await AddAsync(types);

        var entries = JsonNode.Parse(await System.IO.File.ReadAllTextAsync(File, TestContext.Current.CancellationToken))!.AsObject();
        entries.Select(entry => Path.GetFileName(entry.Key)).Should().Equal(types[6..]);
    }

    [Fact]
    public async Task Processes_that_write_at_once_leave_a_whole_file()
    {
        var types = Enumerable.Range(0, 8).Select(number => $"plugin{number}").ToArray();
        foreach (var type in types)
            _plugins.With(type);

        await Task.WhenAll(types.Select(type => Task.Run(() => AddAsync(type))));
        await Task.WhenAll(types.Select(type => Task.Run(() => AddAsync(type)))); // Whose writes were left to others.

        var entries = JsonNode.Parse(await System.IO.File.ReadAllTextAsync(File, TestContext.Current.CancellationToken))!.AsObject();
        entries.Should().NotBeEmpty().And.OnlyContain(entry => entry.Value!["supportedVersions"]!.AsArray().Count == 7);
        _plugins.Runs.Should().HaveCount(16);
    }

    [Fact]
    public async Task A_directory_that_cannot_be_made_stops_no_operation()
    {
        _plugins.With("first");
        System.IO.File.WriteAllText(Path.Combine(_plugins.Directory, "run"), "a file in its place");

        await AddAsync("first");

        _plugins.Runs.Should().Equal("ADD first");
    }

    private void Forge(string supported)
    {
        var json = JsonNode.Parse(System.IO.File.ReadAllText(File))!;
        json[Plugin]!["supportedVersions"] = JsonNode.Parse(supported);
        System.IO.File.WriteAllText(File, json.ToJsonString());
    }

    private CniRuntime Runtime() => new(
        new PluginProcess(TimeProvider.System), _plugins.PluginPath, new CniDeadlines(), TimeProvider.System, versionDirectory: _directory);

    private Task<CniResult> AddAsync(params string[] types) => AddAsync(Runtime(), types);

    private static Task<CniResult> AddAsync(CniRuntime runtime, params string[] types) => runtime.AddAsync(
        ScriptedPlugins.NetworkOf(types), ScriptedPlugins.Attachment(), previousResult: null, TestContext.Current.CancellationToken);
}
