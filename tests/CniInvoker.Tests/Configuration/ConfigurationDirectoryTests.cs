using System.Text;

namespace CniInvoker.Tests.Configuration;

public sealed class ConfigurationDirectoryTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("cni-net-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    [Case(16, "sort-bytes")]
    public void Networks_come_in_the_byte_order_of_their_file_names()
    {
        string[] names = ["10-b.conflist", "9-a.conflist", "A.conf", "a.conf", "é.json", "\uE000.conf", "\U00010000.conf"];
        foreach (var name in names)
            Write(name,
                Path.GetExtension(name) == ".conflist" ? List($"n{Array.IndexOf(names, name)}") : Single($"n{Array.IndexOf(names, name)}"));

        var contents = Load();

        contents.Problems.Should().BeEmpty();
        contents.Networks.Select(network => network.Name).Should().Equal("n0", "n1", "n2", "n3", "n4", "n5", "n6");
        contents.Networks[0].Source.Should().Be(Path.Combine(_directory, "10-b.conflist"));
        contents.Find("n3").Should().BeSameAs(contents.Networks[3]);
        contents.Find("absent").Should().BeNull();
    }

    [Fact]
    public void A_directory_that_is_replaced_by_another_is_read_at_once_and_its_networks_are_still_found_by_name()
    {
        var other = Path.Combine(_directory, "other");
        Directory.CreateDirectory(other);
        Write("10-a.conflist", List("a"));
        File.WriteAllText(Path.Combine(other, "10-b.conflist"), List("b"));
        IReadOnlyList<string> paths = [_directory];
        var directory = new ConfigurationDirectory(() => paths);
        directory.Load().Find("b").Should().BeNull();

        paths = [other, _directory];

        var contents = directory.Load();
        contents.Networks.Select(network => network.Name).Should().Equal("b");
        contents.Find("a")!.Source.Should().Be(Path.Combine(_directory, "10-a.conflist"));
        File.Delete(Path.Combine(_directory, "10-a.conflist"));
        contents.Find("a").Should().BeNull();
    }

    [Fact]
    public void Only_configurations_are_read()
    {
        Directory.CreateDirectory(Path.Combine(_directory, "directory.conflist"));
        foreach (var name in new[] { "x.conflist~", "x.conflist.swp", "x.CONF", "README", "conf" })
            Write(name, "broken");

        Write(".hidden.conf", Single("hidden"));

        Load().Should().BeEquivalentTo(
            new { Problems = Array.Empty<ConfigurationProblem>(), Networks = new[] { new { Name = "hidden" } } });
    }

    [Fact]
    [Case(18, "broken-neighbour", Libcni = "finds nothing where the broken file sorts before the good one",
        Ours = "finds the good one, and reports the broken one with its line")]
    public void An_invalid_file_does_not_affect_the_others()
    {
        Write("00-bad.conflist", "{\n\"name\": oops}");
        Write("10-good.conflist", List("good"));
        File.CreateSymbolicLink(Path.Combine(_directory, "20-gone.conf"), Path.Combine(_directory, "nowhere"));

        var contents = Load();

        contents.Networks.Select(network => network.Name).Should().Equal("good");
        contents.Problems.Should().HaveCount(2);
        contents.Problems[0].Should().Be(new ConfigurationProblem(
            Path.Combine(_directory, "00-bad.conflist"),
            "line 2: invalid JSON: oops is not a string in double quotes, a number, true, false or null", JsonPath: null, Line: 2));
        contents.Problems[1].Message.Should().Be($"the file cannot be read: it is a link to {_directory}/nowhere, which does not exist");
    }

    [Fact]
    [Case(17, "conflist-beats-conf", Libcni = "does not report the unused file",
        Ours = "the same file is used, and the other reported")]
    [Spec("beside-unambiguous")]
    public void A_list_takes_precedence_over_a_single_plugin_then_the_first_file_wins()
    {
        Write("00-a.conf", Single("pods"));
        Write("10-b.conflist", List("pods"));
        Write("20-c.conflist", List("pods"));

        var contents = Load();

        contents.Networks.Single().Source.Should().Be(Path.Combine(_directory, "10-b.conflist"));
        contents.Problems.Select(problem => problem.File).Should().Equal(
            Path.Combine(_directory, "00-a.conf"), Path.Combine(_directory, "20-c.conflist"));
        contents.Problems[0].Message.Should().Be(
            $"network \"pods\" is already configured in {_directory}/10-b.conflist, which takes precedence");
    }

    [Fact]
    [Case(19, "list-in-conf", Libcni = "calls it a missing type", Ours = "refused as well, with what to do about it")]
    public void A_file_of_the_wrong_kind_is_reported()
    {
        Write("a.conf", List("a"));
        Write("b.conflist", Single("b"));

        Load().Problems.Select(problem => problem.Message).Should().Equal(
            "line 1: $.plugins is a list of plugins: rename the file to end with .conflist",
            "line 1: $ is a single plugin: rename the file to end with .conf, or put the plugin into a list, \"plugins\": [ … ]");
    }

    [Fact]
    public void A_missing_directory_counts_as_empty() =>
        new ConfigurationDirectory(Path.Combine(_directory, "absent")).Load().Should().BeEquivalentTo(
            new { Problems = Array.Empty<object>(), Networks = Array.Empty<object>() });

    [Fact]
    public void A_directory_that_is_a_file_is_a_problem()
    {
        Write("file", "");

        var problem = new ConfigurationDirectory(Path.Combine(_directory, "file")).Load().Problems.Single();

        problem.File.Should().Be(Path.Combine(_directory, "file"));
        problem.Message.Should().Be("the directory cannot be read: it is a file");
    }

    [Fact]
    [Case(20, "plugin-dir")]
    [Spec("beside-appended")]
    [Spec("beside-merged")]
    [Spec("beside-unambiguous")]
    public void Separate_plugins_are_appended_in_order_and_stay_in_the_list()
    {
        Write("pods.conflist", List("pods"));
        Write("pods/20.conf", """{"type":"twenty","big":9007199254740993}""");
        Write("pods/10.conf", """{"type":"ten"}""");
        Write("pods/05.json", """{"type":"five"}""");

        var network = Load().Networks.Single();
        var again = NetworkConfiguration.Parse(network.ToUtf8Json(), "journal");

        network.Plugins.Select(plugin => plugin.Type).Should().Equal("a", "ten", "twenty");
        again.Plugins.Select(plugin => plugin.Type).Should().Equal("a", "ten", "twenty");
        Encoding.UTF8.GetString(network.ToUtf8Json().Span).Should().Contain("9007199254740993").And.Contain(
            "\"loadOnlyInlinedPlugins\":true");
    }

    [Fact]
    [Case(20, "plugin-dir")]
    public void A_list_may_consist_of_separate_plugins_or_refuse_them()
    {
        Write("all.conflist", """{"name":"all"}""");
        Write("all/10.conf", """{"type":"ten"}""");
        Write("none.conflist", """{"name":"none","loadOnlyInlinedPlugins":"true","plugins":[{"type":"a"}]}""");
        Write("none/10.conf", """{"type":"ten"}""");

        Load().Networks.Select(network => string.Join(',', network.Plugins.Select(plugin => plugin.Type))).Should().Equal("ten", "a");
    }

    [Fact]
    [Case(20, "plugin-dir")]
    [Spec("beside-validated")]
    public void One_invalid_separate_plugin_makes_the_network_invalid()
    {
        Write("pods.conflist", List("pods"));
        Write("pods/10.conf", "{}");
        Write("pods/20.conf", """{"type":"b","dns":1,"ipam":2}""");

        var contents = Load();

        contents.Networks.Should().BeEmpty();
        contents.Problems.Select(problem => (Path.GetRelativePath(_directory, problem.File), problem.Message)).Should().Equal(
            ("pods/10.conf", "line 1: $.type is missing or empty; name the plugin"),
            ("pods/20.conf", "line 1: $.ipam is not an object"),
            ("pods/20.conf", "line 1: $.dns is not an object"));
    }

    [Fact]
    public void Errors_of_a_list_and_its_separate_plugins_are_reported_together()
    {
        Write("pods.conflist", """{"name":"pods","disableCheck":3,"plugins":[{"type":"a"}]}""");
        Write("pods/10.conf", "{}");

        Load().Problems.Select(problem => Path.GetRelativePath(_directory, problem.File)).Should().Equal("pods.conflist", "pods/10.conf");
    }

    [Fact]
    public void A_warning_about_a_separate_plugin_names_its_own_file()
    {
        Write("pods.conflist", List("pods"));
        Write("pods/10.conf", """{"type":"b","runtimeConfig":{}}""");

        Load().Warnings.Single().File.Should().Be(Path.Combine(_directory, "pods/10.conf"));
    }

    private static string List(string name) => $$"""{"name":"{{name}}","plugins":[{"type":"a"}]}""";

    private static string Single(string name) => $$"""{"name":"{{name}}","type":"a"}""";

    private ConfigurationDirectoryContents Load() => new ConfigurationDirectory(_directory).Load();

    private void Write(string name, string text)
    {
        var path = Path.Combine(_directory, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
