"""English words for common words of programming in German, French, Spanish and Chinese: most texts are English.

Kept small. Left out are words that are English as well (`tag`, `red`, `trie`), and what is looked for by itself, since
it is spelt as in English. Each word stands in its folded form.
"""

from types import MappingProxyType

_LINES = """
read: lese lesen liest gelesen einlesen lire leer leo lee 读取 阅读
write: schreibe schreiben schreibt geschrieben ecrire ecris ecrit escribir escribo escribe 写入 编写
file: datei dateien fichier fichiers archivo archivos fichero ficheros 文件
directory: verzeichnis verzeichnisse ordner repertoire repertoires directorio carpeta carpetas 目录 文件夹
sort: sortiere sortieren sortiert trier ordenar ordeno ordena 排序
list: liste listen lista listas 列表
key: schlussel cle cles clave claves
value: wert werte werten valeur valeurs valor valores
dictionary: worterbuch dictionnaire dictionnaires diccionario diccionarios 字典
string: zeichenkette zeichenketten chaine chaines cadena cadenas 字符串
number: zahl zahlen nummer nombres numero numeros 数字 数量
function: funktion funktionen fonction fonctions funcion funciones 函数
class: klasse klassen classe clase clases
module: modul modulos 模块
package: paket pakete paquets paquete paquetes 软件包
install: installiere installieren instalar instalo 安装
error: fehler erreur erreurs fallo fallos 错误
exception: ausnahme ausnahmen excepcion excepciones 异常
loop: schleife schleifen boucle boucles bucle bucles 循环
change: andere andern anderst verandern cambiar cambio cambia modificar 更改 修改
delete: losche loschen geloscht supprimer effacer borrar eliminar borro elimino 删除
remove: entferne entfernen enlever retirer quitar 移除
copy: kopiere kopieren copier copiar 复制
open: offne offnen ouvrir abrir abro 打开
close: schliesse schliessen fermer cerrar 关闭
start: starte starten demarrer iniciar arrancar 启动
stop: stoppe stoppen anhalten beenden arreter detener parar 停止
cancel: abbrechen annuler cancelar 取消
search: suche suchen gesucht chercher rechercher buscar busqueda 搜索 查找
find: finde finden gefunden trouver encontrar 找到
replace: ersetze ersetzen remplacer reemplazar sustituir 替换
compare: vergleiche vergleichen vergleich comparer comparar 比较
convert: umwandeln konvertieren 转换
split: teilen aufteilen zerlegen diviser separer decouper dividir separar 分割
join: verbinden zusammenfugen joindre juntar 连接
count: zahle zahlen anzahl compter contar 计数
test: teste testen probar prueba pruebas 测试
run: ausfuhren laufen executer ejecutar ejecuto 运行 执行
call: aufrufen aufruf appeler appel llamar llamada 调用
create: erstelle erstellen erzeugen anlegen crear creo 创建
set: setze setzen definir establecer 设置
settings: einstellung einstellungen parametres reglages ajustes configuracion 设置
configuration: konfiguration konfigurieren configurer configurar 配置
default: standardwert vorgabe defaut predeterminado 默认
password: passwort kennwort contrasena contrasenas 密码
user: benutzer nutzer utilisateur utilisateurs usuario usuarios 用户
database: datenbank datenbanken 数据库
table: tabelle tabellen tableau tableaux tablas 表格
row: zeile zeilen ligne lignes fila filas
line: zeile zeilen ligne lignes linea lineas
column: spalte spalten colonne colonnes columna columnas
network: netzwerk reseau reseaux 网络
server: serveurs servidores 服务器
request: anfrage anfragen requete requetes peticion peticiones solicitud 请求
response: antwort antworten reponse reponses respuesta respuestas 响应
message: nachricht nachrichten mensaje mensajes 消息
image: bild bilder imagen imagenes 图片 图像
text: texto textos 文本
date: datum fecha fechas 日期
time: zeit uhrzeit temps heure tiempo 时间
day: tage tagen jour jours dias
year: jahr jahre annee annees anos
random: zufallig zufallige zufall aleatoire aleatorio aleatoria 随机
parallel: gleichzeitig simultanement paralelo simultaneamente 并行 同时
thread: hilo hilos 线程
process: prozess prozesse processus proceso procesos 进程
wait: warte warten attendre attends esperar espero 等待
timeout: zeituberschreitung zeitlimit delai 超时
encode: kodieren codificar 编码
decode: dekodieren decodificar 解码
download: herunterladen telecharger descargar 下载
upload: hochladen televerser 上传
environment: umgebung environnement entorno 环境
variable: variablen 变量
size: grosse taille tamano 大小
empty: vide vacio vacia
difference: unterschied unterschiede diferencia diferencias 区别
example: beispiel beispiele exemple exemples ejemplo ejemplos 示例 例子
version: versionen versiones 版本
license: lizenz licencia 许可证
question: frage fragen pregunta preguntas 问题
company: unternehmen firma entreprise entreprises empresa empresas 公司
news: nachrichten neuigkeiten nouvelles actualites noticias 新闻
weather: wetter meteo clima 天气
price: preis prix precio precios 价格
"""


def _read() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for line in _LINES.strip().splitlines():
        english, _, others = line.partition(":")
        for word in others.split():
            if english not in found.get(word, ()):
                found[word] = (*found.get(word, ()), english)
    return found


GLOSSARY = MappingProxyType(_read())
"""Folded word → the English ones that it may mean."""

LONGEST_UNSPACED = max(len(word) for word in GLOSSARY if not word.isascii())
"""Characters of the longest Chinese word."""
