namespace CniInvoker.Tests.Configuration;

/// <summary>Plugins in the directory with a network's name, from the file to the run.</summary>
public sealed class SeparatePluginsTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("cni-net-").FullName;
    private readonly ScriptedPlugins _plugins = new();

    public void Dispose()
    {
        _plugins.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    [Case(20, "plugin-dir")]
    [Spec("beside-invoked")]
    [Spec("beside-appended")]
    public async Task Separate_plugins_run_after_the_list_with_the_networks_name_and_version()
    {
        _plugins.With("inlined").With("beside");
        Write("pods.conflist", """{"cniVersion":"1.0.0","name":"pods","plugins":[{"type":"inlined"}]}""");
        Write("pods/10.conf", """{"type":"beside","name":"another","cniVersion":"0.2.0","x-vendor":1}""");

        var network = new ConfigurationDirectory(_directory).Load().Networks.Single();
        await _plugins.Runtime().AddAsync(network, ScriptedPlugins.Attachment(), previousResult: null, Cancellation);

        _plugins.Runs.Should().Equal("ADD inlined", "ADD beside");
        _plugins.Stdin("beside", "ADD")["name"]!.GetValue<string>().Should().Be("pods");
        _plugins.Stdin("beside", "ADD")["cniVersion"]!.GetValue<string>().Should().Be("1.0.0");
        _plugins.Stdin("beside", "ADD")["x-vendor"]!.GetValue<int>().Should().Be(1);
    }

    [Fact]
    [Case(20, "plugin-dir")]
    [Spec("inlined-only-needs-plugins")]
    public void A_network_without_any_plugin_is_refused()
    {
        Write("pods.conflist", """{"name":"pods","loadOnlyInlinedPlugins":true}""");
        Write("pods/10.conf", """{"type":"beside"}""");

        var contents = new ConfigurationDirectory(_directory).Load();

        contents.Networks.Should().BeEmpty();
        contents.Problems.Single().Message.Should().Be("line 1: $ has no \"plugins\" list");
    }

    [Fact]
    [Spec("beside-unambiguous")]
    public void A_separate_plugin_belongs_to_the_network_named_by_its_directory()
    {
        Write("a.conflist", """{"name":"a","plugins":[{"type":"x"}]}""");
        Write("b.conflist", """{"name":"b","plugins":[{"type":"x"}]}""");
        Write("a/10.conf", """{"type":"of-a"}""");
        Write("b/10.conf", """{"type":"of-b","name":"a"}""");

        new ConfigurationDirectory(_directory).Load().Networks.Select(
            network => string.Join(',', network.Plugins.Select(plugin => plugin.Type)))
            .Should().Equal("x,of-a", "x,of-b");
    }

    private void Write(string name, string text)
    {
        var path = Path.Combine(_directory, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
