namespace CniInvoker.Tests.Execution;

public sealed class PluginPathTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("cni-path-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    [Case(24, "find-order", Libcni = "takes the first regular file, even one that is not executable",
        Ours = "skips files that are not executable")]
    public void The_first_executable_file_is_found()
    {
        Directory.CreateDirectory(Path.Combine(_root, "one", "bridge"));
        Write("two/bridge", UnixFileMode.UserRead);
        Write("three/target", ScriptedPlugins.Executable);
        File.CreateSymbolicLink(Path.Combine(_root, "three", "bridge"), "target");
        Write("four/bridge", ScriptedPlugins.Executable);

        Find("bridge", "absent", "one", "two", "three", "four").Should().Be(Path.Combine(_root, "three/bridge"));
    }

    [Fact]
    [Case(24, "find-order")]
    public void A_file_that_is_not_executable_is_named()
    {
        Write("one/bridge", UnixFileMode.UserRead);

        var find = () => Find("bridge", "one");

        find.Should().Throw<CniException>().Which.Message.Should().Be(
            $"plugin \"bridge\" is not executable; run chmod +x {_root}/one/bridge.");
    }

    [Fact]
    public void A_missing_plugin_is_reported_with_the_directories()
    {
        var find = () => Find("bridge", "one", "two");

        find.Should().Throw<CniException>().Which.Message.Should().Be(
            $"plugin \"bridge\" was not found in {_root}/one:{_root}/two; install it there, or correct \"type\".");
    }

    [Theory]
    [InlineData("", "\"\" is empty")]
    [InlineData(".", "\".\" is the name of a directory")]
    [InlineData("..", "\"..\" is the name of a directory")]
    [InlineData("../bridge", "\"../bridge\" contains '/' or NUL")]
    [InlineData("/bin/sh", "\"/bin/sh\" contains '/' or NUL")]
    [InlineData("a\0b", "\"a\\0b\" contains '/' or NUL")]
    [Spec("type-file-path")]
    public void A_type_that_leads_out_of_the_directories_is_refused(string type, string problem)
    {
        var find = () => Find(type, "one");

        find.Should().Throw<CniException>().Which.Message.Should().Be($"plugin type {problem} (code 7).");
    }

    private string Find(string type, params string[] directories) =>
        new PluginPath([.. directories.Select(name => Path.Combine(_root, name))]).Find(type);

    private void Write(string name, UnixFileMode mode)
    {
        var path = Path.Combine(_root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "#!/bin/sh\n");
        File.SetUnixFileMode(path, mode);
    }
}
